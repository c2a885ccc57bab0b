import { electionTimeout } from "../../engine/timeouts.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { pause } from "../../engine/pause.ts";
import { findTaskContainer, type NodeEngines, execFailure, type TaskContainer } from "./task-exec.ts";
import { type PollResult, ready, pending } from "../runtime/poll.ts";

const DEFAULT_MAX_AGE_MS = 2_000;

export interface TaskProbeOptions {
  command: string[];
  nodes: NodeEngines;
  /** The start of the reason when the command fails. */
  failureMessage: string;
  /** Seconds for which the command must keep succeeding in a task. @default 0 */
  minReadySeconds?: number;
  /** Called once for each host with an unreachable engine. Its task is then skipped. @default - counts as a failure */
  skipUnreachable?: (host: string, reason: string) => void;
  /** Milliseconds for which a result is valid. Doubles until all tasks can be probed within that time. @default 2000 */
  maxAgeMs?: number;
}

/** The probe of one task. Times are those of `performance.now()`. */
interface ProbeState {
  host: string;
  /** Set while the command runs. */
  pending?: Promise<void>;
  /** Whether the task is skipped because its engine is unreachable. */
  isSkipped?: boolean;
  /** Why the last run failed. */
  failure?: string;
  /** When the last run ended. */
  finishedAt?: number;
  /** Time since which every run has succeeded. */
  succeedingSince?: number;
}

/**
 * Runs a command in all running tasks at the same time, until it succeeds in all of them. The command may block until it
 * succeeds. It would keep running in its container after a timeout, so there is at most one run per task at a time.
 */
export class TaskProbe {
  readonly #command: string[];
  readonly #nodes: NodeEngines;
  readonly #failureMessage: string;
  readonly #holdMs: number;
  readonly #skipUnreachable: TaskProbeOptions["skipUnreachable"];
  readonly #states = new Map<string, ProbeState>();
  #maxAgeMs: number;

  constructor({
    command,
    nodes,
    failureMessage,
    minReadySeconds = 0,
    skipUnreachable,
    maxAgeMs = DEFAULT_MAX_AGE_MS,
  }: TaskProbeOptions) {
    this.#command = command;
    this.#nodes = nodes;
    this.#failureMessage = failureMessage;
    this.#holdMs = minReadySeconds * 1_000;
    this.#skipUnreachable = skipUnreachable;
    this.#maxAgeMs = maxAgeMs;
  }

  /** Returns done when the command succeeds in all tasks at about the same time, in each for `minReadySeconds`. */
  async poll(tasks: readonly TaskDetails[], limitMs: number): Promise<PollResult<void>> {
    const reachable = tasks.flatMap((task) => {
      const container = findTaskContainer(this.#nodes, task);
      return container ? [{ task, container }] : [];
    });
    const unknown = tasks.find((task) => !reachable.some((one) => one.task === task));
    if (unknown && (!this.#skipUnreachable || reachable.length === 0)) {
      return pending(`${this.#failureMessage} (the engine of node ${unknown.NodeID ?? "(none)"} is unreachable)`);
    }
    const states = () => reachable.flatMap(({ task }) => this.#states.get(task.ID) ?? []);
    const withinHold = states().length === reachable.length && this.#remainingHoldMs(states()) > 0;
    const runs = reachable.flatMap(({ task, container }): Promise<void>[] => {
      const state = this.#states.get(task.ID);
      if (state?.pending) return [state.pending];
      const isKnown =
        state?.isSkipped || (state?.succeedingSince !== undefined && (withinHold || this.#isFresh(state)));
      return isKnown ? [] : [this.#probe(task, container, limitMs)];
    });
    await Promise.race([Promise.all(runs), pause(this.#maxAgeMs)]);
    return this.#evaluate(states());
  }

  /** Makes the command run again in every task, because something has changed. Keeps `succeedingSince`. */
  expireResults(): void {
    for (const state of this.#states.values()) state.finishedAt = undefined;
  }

  #evaluate(all: ProbeState[]): PollResult<void> {
    const states = all.filter(({ isSkipped }) => !isSkipped);
    if (all.length > 0 && states.length === 0) return pending(`${this.#failureMessage} (no engine is reachable)`);
    const failed = states.filter(({ pending, failure }) => pending === undefined && failure !== undefined);
    if (failed.length > 0) {
      const failures = failed.map(({ host, failure }) => `${host}: ${failure}`);
      return pending(`${this.#failureMessage} (${failures.join("; ")})`);
    }
    const running = states.filter((state) => state.pending !== undefined).map(({ host }) => host);
    if (running.length > 0) return pending(`${this.#failureMessage} (waiting for ${running.join(", ")})`);
    if (this.#remainingHoldMs(states) > 0) {
      return pending(`all its tasks are ready; they must stay so for ${this.#holdMs / 1_000} s (minReadySeconds)`);
    }
    if (states.every((state) => this.#isFresh(state))) return ready(undefined);
    this.#maxAgeMs *= 2;
    return pending(`${this.#failureMessage} (checking again)`);
  }

  /** Returns how long all tasks must still keep succeeding; 0 while one of them does not succeed. */
  #remainingHoldMs(all: readonly ProbeState[]): number {
    const states = all.filter(({ isSkipped }) => !isSkipped);
    if (states.some(({ pending, succeedingSince }) => pending !== undefined || succeedingSince === undefined)) return 0;
    return Math.max(0, ...states.map(({ succeedingSince = 0 }) => succeedingSince + this.#holdMs - performance.now()));
  }

  #probe({ ID, Status }: TaskDetails, container: TaskContainer, limitMs: number): Promise<void> {
    const before = this.#states.get(ID);
    const state: ProbeState = { ...before, host: container.host };
    this.#states.set(ID, state);
    state.pending = (async () => {
      const uptimeMs = before ? 0 : await this.#uptimeMs(container, Status.Timestamp);
      if (uptimeMs === undefined) state.isSkipped = true;
      else await this.#runCommand(state, container, limitMs, before === undefined && uptimeMs >= this.#holdMs);
      state.pending = undefined;
    })();
    return state.pending;
  }

  /**
   * @param isLongRunning whether the task had run for `minReadySeconds` before the first run: if that run succeeds at
   * once, the task need not wait any more
   */
  async #runCommand(
    state: ProbeState,
    container: TaskContainer,
    limitMs: number,
    isLongRunning: boolean,
  ): Promise<void> {
    const startedAt = performance.now();
    state.failure = await execFailure(container, this.#command, limitMs);
    const finishedAt = performance.now();
    state.finishedAt = finishedAt;
    const wasReady = isLongRunning && finishedAt - startedAt < this.#maxAgeMs;
    if (state.failure !== undefined) state.succeedingSince = undefined;
    else state.succeedingSince ??= wasReady ? finishedAt - this.#holdMs : finishedAt;
  }

  /** Returns a task's uptime by its host's clock, 0 if that is unknown, undefined if the task is skipped. */
  async #uptimeMs({ host, engine }: TaskContainer, timestamp: string): Promise<number | undefined> {
    try {
      const { SystemTime = "" } = await engine.info(electionTimeout(engine.connection));
      return Math.max(0, Date.parse(SystemTime) - Date.parse(timestamp)) || 0;
    } catch (error) {
      if (!this.#skipUnreachable) return 0;
      this.#skipUnreachable(host, errorMessage(error));
      return undefined;
    }
  }

  #isFresh({ finishedAt = -Infinity }: ProbeState): boolean {
    return performance.now() - finishedAt <= this.#maxAgeMs;
  }
}
