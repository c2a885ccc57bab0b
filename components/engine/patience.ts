import type { EngineConnection } from "./connection.ts";
import { hasShell } from "./shell.ts";

/**
 * How long a manager may take that is asked what it is, in milliseconds: while managers elect a leader, each of them
 * thinks about it for up to 20 s.
 */
export const ELECTION_MS = 25_000;

/**
 * How long an engine may take to say who it is before it counts as silent, in milliseconds; by ssh there is somebody to
 * be let in first.
 */
export function patienceWith(connection: EngineConnection): number {
  return hasShell(connection) ? 15_000 : 5_000;
}
