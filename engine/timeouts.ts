import { type EngineConnection, isSshConnection } from "./engine-connection.ts";

/** Milliseconds for which a manager may delay its answer during an election. */
const ELECTION_MS = 20_000;

/** Milliseconds in which a machine must report its facts. ssh reports an absent machine sooner. */
export const FACTS_TIMEOUT_MS = 60_000;

/**
 * Returns the milliseconds after which an engine counts as unreachable. ssh needs extra time to authenticate, more so
 * when many connections start at once; it reports an absent machine sooner.
 */
export function engineTimeout(connection: EngineConnection): number {
  return isSshConnection(connection) ? 30_000 : 5_000;
}

/** Returns the same timeout for a manager that may be taking part in an election. */
export function electionTimeout(connection: EngineConnection): number {
  return ELECTION_MS + engineTimeout(connection);
}
