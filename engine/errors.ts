import { EngineError } from "./transport.ts";
import { UnreachableError } from "./unreachable.ts";

/**
 * Classifies an engine's errors. The API has few error codes for Swarm, so this matches the messages of Docker and its
 * Swarm manager. No other file may match them.
 */

/** The Swarm has no leader: its managers are electing one, or too few of them are up. */
const LEADERLESS =
  /does not have a leader|no elected (?:primary )?leader|lost leader status|not yet part of the raft cluster|code = (?:Unavailable|DeadlineExceeded)/i;

export const isLeaderless = (error: unknown): boolean => error instanceof EngineError && LEADERLESS.test(error.message);

/** Another client, or Swarm's own updater, changed the object between the read and the write. */
export const isVersionConflict = (error: unknown): boolean =>
  error instanceof EngineError && /update out of sequence/.test(error.message);

/**
 * The managers reject a demotion because of the quorum, or do not know the node as a manager yet. Both pass once an
 * earlier change of roles has settled.
 */
export const isRoleChangeRejected = (error: unknown): boolean =>
  error instanceof EngineError && /loss of quorum|demote the last manager|raft memberlist/.test(error.message);

/** The object does not exist. */
export const isNotFound = (error: unknown): boolean => error instanceof EngineError && error.status === 404;

/** A network cannot be removed: containers or tasks are still attached to it. */
export const isNetworkInUse = (error: unknown): boolean =>
  error instanceof EngineError && (error.status === 403 || /in use|active endpoints/.test(error.message));

/** A join timed out after 20 s. The engine continues it in the background for some seconds. */
export const isJoinContinuing = (error: unknown): boolean =>
  error instanceof EngineError && /continue in the background/.test(error.message);

/** A join failed because no manager is reachable. */
export const isJoinUnreachable = (error: unknown): boolean =>
  error instanceof EngineError && /code = (?:Unavailable|DeadlineExceeded)|deadline exceeded/.test(error.message);

/** A port that the engine needs is in use. Its previous Swarm node may not have released it yet. */
export const isPortTaken = (error: unknown): boolean =>
  error instanceof EngineError && /address already in use/.test(error.message);

/**
 * A task cannot join its network, because the engine did not remove a VXLAN interface when it stopped
 * (moby/libnetwork#1765).
 */
export const isVxlanLeftBehind = (taskError: string): boolean => /vxlan interface.*file exists/i.test(taskError);

/** The container does not have the program. */
export const isProgramMissing = (output: string): boolean => /executable file not found/.test(output);

/**
 * Returns whether the same request may succeed later: the Swarm has no leader, the engine restarts, the connection was
 * refused or reset, or another client wrote first. Client errors (400, 404, 409) and failed logins are permanent.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof UnreachableError) return error.kind === undefined || error.kind === "engine";
  if (!(error instanceof EngineError)) return false;
  return error.status >= 500 || error.status === 408 || error.status === 429 || isVersionConflict(error);
}
