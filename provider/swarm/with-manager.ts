import type { Deadline } from "../../engine/deadline.ts";
import type { Engine } from "../../engine/engine.ts";
import { findManager, type Managers, requireManager } from "./manager-pool.ts";
import { ResourceError } from "../runtime/errors.ts";
import { type PollResult, ready, waitFor, type PollOptions } from "../runtime/poll.ts";

/** How long a manager is looked for that can answer a single question, in seconds: an election, a restart. */
const REQUEST_SECONDS = 60;

/**
 * Looks up a manager that answers. Work that takes longer than one request looks one up for each: the one before may
 * restart, become a worker or lose its leader meanwhile.
 */
export type FindManager<M = Engine> = (deadline?: Deadline) => Promise<M>;

/** Where a Swarm's managers are. */
interface SwarmManagers {
  managers: Managers;
  swarmId: string;
}

/** The lookup of a manager that has to be there. */
export const managerFinder =
  ({ managers, swarmId }: SwarmManagers): FindManager =>
  (deadline) =>
    requireManager(managers, swarmId, deadline);

/** The same where the Swarm may be gone: undefined once every engine says so. */
export const optionalManagerFinder =
  ({ managers, swarmId }: SwarmManagers): FindManager<Engine | undefined> =>
  (deadline) =>
    findManager(managers, swarmId, deadline);

/**
 * Waits for something that a manager tells, and asks whichever answers. Transient errors count as "not yet" until the
 * wait's own limit; others end it at once.
 */
export function waitWithManager<M, T>(
  find: FindManager<M>,
  attempt: (manager: M, deadline: Deadline) => Promise<PollResult<T>>,
  options: PollOptions,
  expired: (because: string) => Error | Promise<Error>,
): Promise<T> {
  return waitFor(async (deadline) => attempt(await find(deadline), deadline), options, expired);
}

/** Asks whichever manager answers, again when an error is transient. What it does must bear being done twice. */
export function withManager<M, T>(
  what: string,
  find: FindManager<M>,
  question: (manager: M) => Promise<T>,
  { timeoutSeconds = REQUEST_SECONDS, ...options }: Partial<Omit<PollOptions, "subject">> = {},
): Promise<T> {
  return waitWithManager(
    find,
    async (manager) => ready(await question(manager)),
    { subject: what, timeoutSeconds, ...options },
    (because) => new ResourceError(`${what}: ${because}`),
  );
}
