import type { TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { logLine } from "../runtime/log-line.ts";
import { execOrThrow, findTaskContainer, type NodeEngines, type TaskContainer } from "./task-exec.ts";
import { type PollResult, ready, pending } from "../runtime/poll.ts";
import type { LockOptions } from "../../core/service-update.ts";

/** A lock as `LockOptions.command` prints it. */
export interface Lock {
  id: string;
  /** The name of the locked resource. */
  resource: string;
  /** The hostname of the task that holds the lock, with an optional port. */
  owner: string;
  /** When the lock was taken, by the clock of a host that granted it. */
  time: string;
}

const EXEC_TIMEOUT_MS = 20_000;

/**
 * Tracks locks that stopped tasks did not release. An application such as MinIO ends at once when told to stop and
 * releases nothing: a client that retries its request on another task waits for the lock there. If that task and then a
 * third one stopped too, the client would have used up the three attempts that it makes by default. Therefore at most one
 * more task may stop while a stale lock exists.
 */
export class StaleLockTracker {
  readonly #options: LockOptions | undefined;
  readonly #nodes: NodeEngines;
  /** When each lock was first seen, by id. */
  readonly #firstSeen = new Map<string, number>();
  /** Ids of the stale locks that exist now. */
  #current: string[] = [];
  /** Ids of the stale locks that existed when a task was last stopped. */
  #survivedStop: ReadonlySet<string> = new Set();
  #warnedUnreachable = false;

  /** @param options without them, no locks are waited for */
  constructor(options: LockOptions | undefined, nodes: NodeEngines) {
    this.#options = options;
    this.#nodes = nodes;
  }

  /** Returns done when a task may be stopped: no stale lock has survived a stop already. */
  async canStop(running: readonly TaskDetails[]): Promise<PollResult<void>> {
    this.#current = await this.#findUnexpired(running);
    const waited = this.#current.filter((id) => this.#survivedStop.has(id)).length;
    return waited === 0 ? ready(undefined) : pending(`waiting for locks of stopped tasks to expire: ${waited}`);
  }

  /** Call when a task is about to be stopped. */
  recordStop(): void {
    this.#survivedStop = new Set(this.#current);
  }

  /** Returns the ids of the stale locks. A lock that outlives `expirySeconds` is not stale: something else holds it. */
  async #findUnexpired(running: readonly TaskDetails[]): Promise<string[]> {
    if (!this.#options) return [];
    const containers = running.flatMap((task) => findTaskContainer(this.#nodes, task) ?? []);
    const ids = await this.#findStale(containers, this.#options);
    const expiryMs = this.#options.expirySeconds * 1_000;
    const now = performance.now();
    for (const id of ids) this.#firstSeen.set(id, this.#firstSeen.get(id) ?? now);
    return ids.filter((id) => now - (this.#firstSeen.get(id) ?? now) < expiryMs);
  }

  async #findStale(containers: TaskContainer[], { command, internalPrefix }: LockOptions): Promise<string[]> {
    const unreachable: string[] = [];
    // Each task knows all locks, but one that has just started may not answer yet.
    for (const container of containers) {
      try {
        const locks = parseLocks(await execOrThrow(container, command, EXEC_TIMEOUT_MS));
        // Ignores locks of tasks with an unknown start time.
        const starts = await Promise.allSettled(containers.map(getStartTime));
        const known = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
        return findStaleLocks(locks, new Map(known), internalPrefix).map(({ id }) => id);
      } catch (error) {
        unreachable.push(`${container.host}: ${errorMessage(error)}`);
      }
    }
    if (!this.#warnedUnreachable && unreachable[0]) logLine(`the update does not wait for locks: ${unreachable[0]}`);
    this.#warnedUnreachable = true;
    return [];
  }
}

export function parseLocks(lines: string): Lock[] {
  const texts = lines.split("\n").filter((line) => line.trim() !== "");
  return texts.map((line) => JSON.parse(line) as Lock);
}

/**
 * Returns the locks that were taken before the task that owns them started.
 *
 * @param starts when each task started, by hostname, in milliseconds since 1970
 * @param internalPrefix see LockOptions
 */
export function findStaleLocks(
  locks: readonly Lock[],
  starts: ReadonlyMap<string, number>,
  internalPrefix?: string,
): Lock[] {
  return locks.filter(({ resource, owner, time }) => {
    const start = starts.get(owner.replace(/:\d+$/, ""));
    const isInternal = internalPrefix !== undefined && resource.startsWith(internalPrefix);
    return start !== undefined && Date.parse(time) < start && !isInternal;
  });
}

async function getStartTime({ engine, container }: TaskContainer): Promise<[string, number]> {
  const { Config, State } = await engine.inspectContainer(container);
  return [Config.Hostname, Date.parse(State.StartedAt)];
}
