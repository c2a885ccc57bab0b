import { EngineError } from "./transport.ts";
import { UnreachableError } from "./unreachable.ts";

/**
 * What an engine's errors mean. The API has few codes for what can happen in a Swarm, so that the texts of Docker and of
 * its Swarm manager are part of it; they are matched here and nowhere else.
 */

/** The Swarm has no leader now: its managers are about to elect one, or too few of them are up. */
const LEADERLESS =
  /does not have a leader|no elected (?:primary )?leader|lost leader status|not yet part of the raft cluster|code = (?:Unavailable|DeadlineExceeded)/i;

export const isLeaderless = (error: unknown): boolean => error instanceof EngineError && LEADERLESS.test(error.message);

/** Another client, or Swarm's own updater, wrote the same object between the read and the write. */
export const isVersionConflict = (error: unknown): boolean =>
  error instanceof EngineError && /update out of sequence/.test(error.message);

/**
 * The managers refuse to let one of them go, or do not know it as a manager yet. A change of roles may meet this while
 * an earlier one settles.
 */
export const isRoleChangeRejected = (error: unknown): boolean =>
  error instanceof EngineError && /loss of quorum|demote the last manager|raft memberlist/.test(error.message);

/** There is no such object. */
export const isNotFound = (error: unknown): boolean => error instanceof EngineError && error.status === 404;

/** A network cannot be removed: containers or tasks are still attached to it. */
export const isNetworkInUse = (error: unknown): boolean =>
  error instanceof EngineError && (error.status === 403 || /in use|active endpoints/.test(error.message));

/** A join was not over after 20 s. The engine continues it for some seconds, and then gives up. */
export const isJoinContinuing = (error: unknown): boolean =>
  error instanceof EngineError && /continue in the background/.test(error.message);

/** A join failed because no manager could be reached. */
export const isJoinUnreachable = (error: unknown): boolean =>
  error instanceof EngineError && /code = (?:Unavailable|DeadlineExceeded)|deadline exceeded/.test(error.message);

/** A port that the engine needs is taken. Its former Swarm node may hold it for a moment longer. */
export const isPortTaken = (error: unknown): boolean =>
  error instanceof EngineError && /address already in use/.test(error.message);

/** A command could not be started, because the container has no such program. */
export const isProgramMissing = (output: string): boolean => /executable file not found/.test(output);

/**
 * Whether the same request may succeed a moment later: the Swarm has no leader, the engine restarts, the connection was
 * refused or reset, another client wrote first. What the engine refuses (400, 404, 409) stays refused, and so does a
 * login that is not accepted.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof UnreachableError) return error.kind === undefined || error.kind === "engine";
  if (!(error instanceof EngineError)) return false;
  return error.status >= 500 || error.status === 408 || error.status === 429 || isVersionConflict(error);
}
