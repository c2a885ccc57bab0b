import { errorMessage } from "../../engine/error-message.ts";
import { forceNewCluster, findRecordedManager, type Recovery, inspectMembers } from "../recover/recover.ts";
import type { RecordedSwarm } from "../lib/recorded-stack.ts";
import { removePreviousState, importSwarmState } from "./machine.ts";

/**
 * Replaces the Swarm's state on a manager with an archive, and continues with this manager alone. Removes the previous
 * state, which contains keys of the Swarm, once the Swarm works.
 *
 * @returns the folder of the previous state as `previous` if it could not be removed
 * @throws before any change, if the archive is invalid or the Swarm uses autolock, which Docker cannot restore
 */
export async function restoreSwarm(
  swarm: RecordedSwarm,
  hostKey: string,
  archive: Buffer,
): Promise<Recovery & { previous?: string }> {
  const chosen = findRecordedManager(swarm, hostKey);
  if (swarm.unlockKey) throw new Error(`host "${hostKey}": its Swarm uses autolock, which Docker cannot restore`);
  const found = await inspectMembers(swarm);
  const { previous } = await importSwarmState(chosen.connection, archive);
  const recovery = await forceNewCluster(swarm, chosen, found).catch((error: unknown) => {
    const where = `the previous state of host "${hostKey}", with keys of its Swarm, is still in ${previous}`;
    throw new Error(`${errorMessage(error)}; ${where}`, { cause: error });
  });
  const isRemoved = await removePreviousState(chosen.connection, previous).then(
    () => true,
    () => false,
  );
  return { ...recovery, ...(isRemoved ? {} : { previous }) };
}
