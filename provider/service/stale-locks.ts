import type { TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { logLine } from "../runtime/log-line.ts";
import { execOrThrow, findTaskContainer, type NodeEngines, type TaskContainer } from "./task-exec.ts";
import { type PollResult, ready, pending } from "../runtime/poll.ts";

/** A lock as the command prints it. */
export interface Lock {
  id: string;
  /** What is locked. */
  resource: string;
  /** The hostname of the task that holds it, and maybe a port. */
  owner: string;
  /** When it was taken, by the clock of a host that was asked for it. */
  time: string;
}

/**
 * Seconds after which a lock that is still there is not of this kind. MinIO's members let go of one that nobody has
 * confirmed for a minute, and look once a minute (its cmd/lock-rest-server.go: lockValidityDuration,
 * lockMaintenanceInterval).
 */
export const LOCK_SECONDS = 130;

/** Milliseconds for an answer. */
const EXEC_TIMEOUT_MS = 20_000;

/**
 * Locks that tasks took with them when they were stopped. MinIO, told to stop, ends at once and unlocks nothing: whoever
 * tries again what was under way waits with another member. Were that one stopped next, and then a third, the three
 * attempts that a client makes by default would be used up. So a lock that is left is borne by one stop more, not by two.
 */
export class StaleLockTracker {
  readonly #command: string[];
  readonly #nodes: NodeEngines;
  /** When each was seen first, by its id. */
  readonly #firstSeen = new Map<string, number>();
  /** The ids of those that are left now, and of those that were when a task was stopped last. */
  #current: string[] = [];
  #survivedStop: ReadonlySet<string> = new Set();
  #warnedUnreachable = false;

  /** @param command prints all locks, a line of JSON each; without one nothing is waited for */
  constructor(command: string[] | undefined, nodes: NodeEngines) {
    this.#command = command ?? [];
    this.#nodes = nodes;
  }

  /** Done when a task may be stopped: no lock is left that has borne a stop already. */
  async canStop(running: readonly TaskDetails[]): Promise<PollResult<void>> {
    this.#current = await this.#findUnexpired(running);
    const waited = this.#current.filter((id) => this.#survivedStop.has(id)).length;
    return waited === 0 ? ready(undefined) : pending(`locks of tasks that were stopped run out: ${waited}`);
  }

  /** A task is stopped now. */
  recordStop(): void {
    this.#survivedStop = new Set(this.#current);
  }

  /** The ids of locks that tasks of before left. */
  async #findUnexpired(running: readonly TaskDetails[]): Promise<string[]> {
    const ids = await this.#findStale(running.flatMap((task) => findTaskContainer(this.#nodes, task) ?? []));
    const now = performance.now();
    for (const id of ids) this.#firstSeen.set(id, this.#firstSeen.get(id) ?? now);
    return ids.filter((id) => now - (this.#firstSeen.get(id) ?? now) < LOCK_SECONDS * 1_000);
  }

  async #findStale(containers: TaskContainer[]): Promise<string[]> {
    if (this.#command.length === 0) return [];
    const silent: string[] = [];
    // One task knows the locks of all; one that has just started may not answer yet.
    for (const asked of containers) {
      try {
        const locks = parseLocks(await execOrThrow(asked, this.#command, EXEC_TIMEOUT_MS));
        // Of a task that cannot be asked when it started, no lock is taken for left.
        const starts = await Promise.allSettled(containers.map(getStartTime));
        const known = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
        return findStaleLocks(locks, new Map(known)).map(({ id }) => id);
      } catch (error) {
        silent.push(`${asked.host}: ${errorMessage(error)}`);
      }
    }
    if (!this.#warnedUnreachable && silent[0]) logLine(`locks are not waited for: ${silent[0]}`);
    this.#warnedUnreachable = true;
    return [];
  }
}

export function parseLocks(lines: string): Lock[] {
  const texts = lines.split("\n").filter((line) => line.trim() !== "");
  return texts.map((line) => JSON.parse(line) as Lock);
}

/**
 * The locks that were taken before their owner was started, but for the application's own.
 *
 * @param starts by hostname, when the task that is called so was started, in milliseconds since 1970
 */
export function findStaleLocks(locks: readonly Lock[], starts: ReadonlyMap<string, number>): Lock[] {
  return locks.filter(({ resource, owner, time }) => {
    const start = starts.get(owner.replace(/:\d+$/, ""));
    return start !== undefined && Date.parse(time) < start && !resource.startsWith(".");
  });
}

async function getStartTime({ engine, container }: TaskContainer): Promise<[string, number]> {
  const { Config, State } = await engine.inspectContainer(container);
  return [Config.Hostname, Date.parse(State.StartedAt)];
}
