import type { EngineConnection } from "./connection.ts";
import { hasShell } from "./shell.ts";

/**
 * How long an engine may take to say who it is before it counts as silent, in milliseconds; by ssh there is somebody to
 * be let in first.
 */
export function patienceWith(connection: EngineConnection): number {
  return hasShell(connection) ? 15_000 : 5_000;
}
