import type { EngineConnection } from "./engine-connection.ts";
import { isSshConnection } from "./ssh-shell.ts";

/** While managers elect a leader, each of them thinks for so long about what it is, in milliseconds. */
const ELECTION = 20_000;

/** How long a machine may take to tell of itself, in milliseconds. One that is not there is told by ssh sooner. */
export const FACTS_TIMEOUT_MS = 60_000;

/**
 * How long an engine may take to say who it is before it counts as silent, in milliseconds. By ssh there is somebody to
 * be let in first, after those who ask at the same time. A machine that is not there is told by ssh sooner.
 */
export function engineTimeout(connection: EngineConnection): number {
  return isSshConnection(connection) ? 30_000 : 5_000;
}

/** The same for a manager of which nobody knows whether it is busy with an election. */
export function electionTimeout(connection: EngineConnection): number {
  return ELECTION + engineTimeout(connection);
}
