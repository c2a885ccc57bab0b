import { electionTimeout } from "../../engine/timeouts.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { pause } from "../../engine/pause.ts";
import { findTaskContainer, type NodeEngines, execFailure, type TaskContainer } from "./task-exec.ts";
import { type PollResult, ready, pending } from "../runtime/poll.ts";

/** Milliseconds after which an answer is old, at first: what was true when the first came need not be when the last does. */
const DEFAULT_MAX_AGE_MS = 2_000;

export interface TaskProbeOptions {
  command: string[];
  nodes: NodeEngines;
  /** What a no means; begins the reason. */
  failureMessage: string;
  /** Seconds for which a task must have gone on saying yes. @default 0 */
  minReadySeconds?: number;
  /** Is told, once, of a host whose engine does not answer, and its task is left out. @default - it is a no */
  skipUnreachable?: (host: string, why: string) => void;
  /** Milliseconds after which an answer is old, at first. @default 2000 */
  maxAgeMs?: number;
}

/** What a task said last. Moments are those of `performance.now()`. */
interface ProbeState {
  host: string;
  /** While it is being asked. */
  pending?: Promise<void>;
  /** Its engine did not answer, and it is left out. */
  isSkipped?: boolean;
  /** Why not, if it said no. */
  failure?: string;
  /** When its last answer came. */
  finishedAt?: number;
  /** Since when it says yes. */
  succeedingSince?: number;
}

/**
 * A command that all running tasks are asked at a time, until all say yes. It may itself wait until it can say so; one
 * that was given up on would go on in its container, so a task is never asked twice at a time.
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

  /** Done when all of them say yes at about the same time, and each has for long enough. */
  async poll(tasks: readonly TaskDetails[], limitMs: number): Promise<PollResult<void>> {
    const askable = tasks.flatMap((task) => {
      const container = findTaskContainer(this.#nodes, task);
      return container ? [{ task, container }] : [];
    });
    const strange = tasks.find((task) => !askable.some((asked) => asked.task === task));
    if (strange && (!this.#skipUnreachable || askable.length === 0)) {
      return pending(`${this.#failureMessage} (the engine of node ${strange.NodeID ?? "nowhere"} cannot be asked)`);
    }
    const words = () => askable.flatMap(({ task }) => this.#states.get(task.ID) ?? []);
    const isHeld = words().length === askable.length && this.#remainingHoldMs(words()) > 0;
    const asked = askable.flatMap(({ task, container }): Promise<void>[] => {
      const word = this.#states.get(task.ID);
      if (word?.pending) return [word.pending];
      const isKnown = word?.isSkipped || (word?.succeedingSince !== undefined && (isHeld || this.#isFresh(word)));
      return isKnown ? [] : [this.#probe(task, container, limitMs)];
    });
    await Promise.race([Promise.all(asked), pause(this.#maxAgeMs)]);
    return this.#evaluate(words());
  }

  /** What they said so far no longer counts as an answer: something has changed since. Since when they say yes, still does. */
  expireResults(): void {
    for (const word of this.#states.values()) word.finishedAt = undefined;
  }

  #evaluate(all: ProbeState[]): PollResult<void> {
    const words = all.filter(({ isSkipped }) => !isSkipped);
    if (all.length > 0 && words.length === 0) return pending(`${this.#failureMessage} (no engine can be asked)`);
    const refused = words.filter(({ pending, failure }) => pending === undefined && failure !== undefined);
    if (refused.length > 0) {
      return pending(
        `${this.#failureMessage} (${refused.map(({ host, failure }) => `${host}: ${failure}`).join("; ")})`,
      );
    }
    const open = words.filter((word) => word.pending !== undefined);
    if (open.length > 0)
      return pending(`${this.#failureMessage} (asked on ${open.map(({ host }) => host).join(", ")})`);
    if (this.#remainingHoldMs(words) > 0) {
      return pending(`all its tasks say yes; they must for ${this.#holdMs / 1_000} s (minReadySeconds)`);
    }
    if (words.every((word) => this.#isFresh(word))) return ready(undefined);
    this.#maxAgeMs *= 2;
    return pending(`${this.#failureMessage} (asked once more)`);
  }

  /** Until the last of them has said yes for long enough; while one does not, there is nothing to wait out. */
  #remainingHoldMs(all: readonly ProbeState[]): number {
    const words = all.filter(({ isSkipped }) => !isSkipped);
    if (words.some(({ pending, succeedingSince }) => pending !== undefined || succeedingSince === undefined)) return 0;
    return Math.max(0, ...words.map(({ succeedingSince = 0 }) => succeedingSince + this.#holdMs - performance.now()));
  }

  #probe({ ID, Status }: TaskDetails, container: TaskContainer, limitMs: number): Promise<void> {
    const before = this.#states.get(ID);
    const word: ProbeState = { ...before, host: container.host };
    this.#states.set(ID, word);
    word.pending = (async () => {
      const ranForMs = before ? 0 : await this.#uptimeMs(container, Status.Timestamp);
      if (ranForMs === undefined) word.isSkipped = true;
      else await this.#runCommand(word, container, limitMs, before === undefined && ranForMs >= this.#holdMs);
      word.pending = undefined;
    })();
    return word.pending;
  }

  /** @param isOld whether the task ran for long before it was asked: if it says yes at once, it did not begin to just now */
  async #runCommand(word: ProbeState, container: TaskContainer, limitMs: number, isOld: boolean): Promise<void> {
    const begun = performance.now();
    word.failure = await execFailure(container, this.#command, limitMs);
    word.finishedAt = performance.now();
    if (word.failure !== undefined) word.succeedingSince = undefined;
    else
      word.succeedingSince ??=
        isOld && word.finishedAt - begun < this.#maxAgeMs ? word.finishedAt - this.#holdMs : word.finishedAt;
  }

  /** How long ago that was by its own host's clock, 0 when it does not tell; undefined for one that is left out. */
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
