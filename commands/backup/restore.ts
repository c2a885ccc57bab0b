import { goOnAlone, managerOf, type Recovery, stateOf } from "../recover/recover.ts";
import type { RecordedSwarm } from "../recover/recorded.ts";
import { writeSwarmState } from "./machine.ts";

/**
 * Has a manager's machine take on the Swarm's state of an archive, and go on with it alone.
 *
 * @throws before anything is touched when the archive is none, or managers lock themselves: the Engine could not go on.
 */
export async function restoreSwarm(
  swarm: RecordedSwarm,
  hostKey: string,
  archive: Buffer,
): Promise<Recovery & { former: string }> {
  const chosen = managerOf(swarm, hostKey);
  if (swarm.unlockKey)
    throw new Error(`host "${hostKey}": its Swarm locks its managers, and the Engine restores none such`);
  const found = await stateOf(swarm);
  const { former } = await writeSwarmState(chosen.connection, archive);
  return { ...(await goOnAlone(swarm, chosen, found)), former };
}
