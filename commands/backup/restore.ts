import { errorMessage } from "../../engine/error-message.ts";
import { forceNewCluster, findRecordedManager, type Recovery, inspectMembers } from "../recover/recover.ts";
import type { RecordedSwarm } from "../lib/recorded-stack.ts";
import { removePreviousState, importSwarmState } from "./machine.ts";

/**
 * Replaces the Swarm's state on a manager with an archived one, and lets it go on alone. The state that it had, keys of
 * the Swarm included, is removed once the other one works.
 *
 * @returns the folder of that state as `former` if it could not be removed
 * @throws before anything is touched when the archive is none, or managers lock themselves: the Engine could not go on.
 */
export async function restoreSwarm(
  swarm: RecordedSwarm,
  hostKey: string,
  archive: Buffer,
): Promise<Recovery & { former?: string }> {
  const chosen = findRecordedManager(swarm, hostKey);
  if (swarm.unlockKey)
    throw new Error(`host "${hostKey}": its Swarm locks its managers, and the Engine restores none such`);
  const found = await inspectMembers(swarm);
  const { former } = await importSwarmState(chosen.connection, archive);
  const recovery = await forceNewCluster(swarm, chosen, found).catch((error: unknown) => {
    const where = `the state that host "${hostKey}" had, with keys of its Swarm, is still there in ${former}`;
    throw new Error(`${errorMessage(error)}; ${where}`, { cause: error });
  });
  const isRemoved = await removePreviousState(chosen.connection, former).then(
    () => true,
    () => false,
  );
  return { ...recovery, ...(isRemoved ? {} : { former }) };
}
