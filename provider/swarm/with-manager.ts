import type { Deadline } from "../../engine/deadline.ts";
import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { findManager, type Managers, requireManager } from "./manager-pool.ts";
import { ResourceError } from "../runtime/errors.ts";
import { type PollResult, ready, waitFor, type PollOptions } from "../runtime/poll.ts";

/** How long a single request may wait for a manager, in seconds: enough for an election or a restart. */
const REQUEST_SECONDS = 60;

/**
 * Finds a manager that answers. Operations with several requests call it before each one, because the previous manager
 * may have restarted, been demoted or lost its leader meanwhile.
 */
export type FindManager<M = Engine> = (deadline?: Deadline) => Promise<M>;

/** A Swarm and its managers' engines. */
export interface SwarmManagers {
  managers: Managers;
  swarmId: string;
}

/** Returns a finder that throws when the Swarm is gone. */
export const managerFinder =
  ({ managers, swarmId }: SwarmManagers): FindManager =>
  (deadline) =>
    requireManager(managers, swarmId, deadline);

/** Returns a finder that returns undefined when all engines answer that they are not in the Swarm. */
export const optionalManagerFinder =
  ({ managers, swarmId }: SwarmManagers): FindManager<Engine | undefined> =>
  (deadline) =>
    findManager(managers, swarmId, deadline);

/**
 * Polls any manager that answers. Transient errors count as pending until the time limit; other errors end the wait.
 */
export function waitWithManager<M, T>(
  find: FindManager<M>,
  attempt: (manager: M, deadline: Deadline) => Promise<PollResult<T>>,
  options: PollOptions,
  expired: (because: string) => Error | Promise<Error>,
): Promise<T> {
  return waitFor(async (deadline) => attempt(await find(deadline), deadline), options, expired);
}

/** Sends requests to any manager that answers, and repeats them after transient errors: they must be idempotent. */
export function withManager<M, T>(
  subject: string,
  find: FindManager<M>,
  send: (manager: M) => Promise<T>,
  { timeoutSeconds = REQUEST_SECONDS, ...options }: Partial<Omit<PollOptions, "subject">> = {},
): Promise<T> {
  return waitWithManager(
    find,
    async (manager) => ready(await send(manager)),
    { subject, timeoutSeconds, ...options },
    (because) => new ResourceError(`${subject}: ${because}`),
  );
}

/** Inspects an object of a Swarm at any manager that answers. Returns undefined if the object or the Swarm is gone. */
export function inspectInSwarm<T>(
  subject: string,
  swarm: SwarmManagers,
  inspect: (manager: Engine) => Promise<T>,
): Promise<T | undefined> {
  return withManager(
    subject,
    optionalManagerFinder(swarm),
    async (manager) => manager && undefinedIfNotFound(inspect(manager)),
  );
}
