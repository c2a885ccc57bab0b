import { electionTimeout } from "../../engine/timeouts.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { pause } from "../../engine/pause.ts";
import { containerOf, type NodeEngines, refusalOf, type TaskContainer } from "./task-exec.ts";
import { type PollResult, ready, pending } from "../runtime/poll.ts";

/** Milliseconds after which an answer is old, at first: what was true when the first came need not be when the last does. */
const FRESH = 2_000;

export interface QuestionOptions {
  command: string[];
  nodes: NodeEngines;
  /** What a no means; begins the reason. */
  no: string;
  /** Seconds for which a task must have gone on saying yes. @default 0 */
  minReadySeconds?: number;
  /** Is told, once, of a host whose engine does not answer, and its task is left out. @default - it is a no */
  leaveOut?: (host: string, why: string) => void;
  /** Milliseconds after which an answer is old, at first. @default 2000 */
  freshMs?: number;
}

/** What a task said last. Moments are those of `performance.now()`. */
interface Word {
  host: string;
  /** While it is being asked. */
  open?: Promise<void>;
  /** Its engine did not answer, and it is left out. */
  isMissing?: boolean;
  /** Why not, if it said no. */
  refusal?: string;
  /** When its last answer came. */
  at?: number;
  /** Since when it says yes. */
  since?: number;
}

/**
 * A command that all running tasks are asked at a time, until all say yes. It may itself wait until it can say so; one
 * that was given up on would go on in its container, so a task is never asked twice at a time.
 */
export class TaskQuestion {
  readonly #command: string[];
  readonly #nodes: NodeEngines;
  readonly #no: string;
  readonly #holdMs: number;
  readonly #leaveOut: QuestionOptions["leaveOut"];
  readonly #words = new Map<string, Word>();
  #freshMs: number;

  constructor({ command, nodes, no, minReadySeconds = 0, leaveOut, freshMs = FRESH }: QuestionOptions) {
    this.#command = command;
    this.#nodes = nodes;
    this.#no = no;
    this.#holdMs = minReadySeconds * 1_000;
    this.#leaveOut = leaveOut;
    this.#freshMs = freshMs;
  }

  /** Done when all of them say yes at about the same time, and each has for long enough. */
  async answer(tasks: readonly TaskDetails[], limitMs: number): Promise<PollResult<void>> {
    const askable = tasks.flatMap((task) => {
      const container = containerOf(this.#nodes, task);
      return container ? [{ task, container }] : [];
    });
    const strange = tasks.find((task) => !askable.some((asked) => asked.task === task));
    if (strange && (!this.#leaveOut || askable.length === 0)) {
      return pending(`${this.#no} (the engine of node ${strange.NodeID ?? "nowhere"} cannot be asked)`);
    }
    const words = () => askable.flatMap(({ task }) => this.#words.get(task.ID) ?? []);
    const isHeld = words().length === askable.length && this.#leftMs(words()) > 0;
    const asked = askable.flatMap(({ task, container }): Promise<void>[] => {
      const word = this.#words.get(task.ID);
      if (word?.open) return [word.open];
      const isKnown = word?.isMissing || (word?.since !== undefined && (isHeld || this.#isFresh(word)));
      return isKnown ? [] : [this.#ask(task, container, limitMs)];
    });
    await Promise.race([Promise.all(asked), pause(this.#freshMs)]);
    return this.#verdict(words());
  }

  /** What they said so far no longer counts as an answer: something has changed since. Since when they say yes, still does. */
  askAgain(): void {
    for (const word of this.#words.values()) word.at = undefined;
  }

  #verdict(all: Word[]): PollResult<void> {
    const words = all.filter(({ isMissing }) => !isMissing);
    if (all.length > 0 && words.length === 0) return pending(`${this.#no} (no engine can be asked)`);
    const refused = words.filter(({ open, refusal }) => open === undefined && refusal !== undefined);
    if (refused.length > 0) {
      return pending(`${this.#no} (${refused.map(({ host, refusal }) => `${host}: ${refusal}`).join("; ")})`);
    }
    const open = words.filter((word) => word.open !== undefined);
    if (open.length > 0) return pending(`${this.#no} (asked on ${open.map(({ host }) => host).join(", ")})`);
    if (this.#leftMs(words) > 0) {
      return pending(`all its tasks say yes; they must for ${this.#holdMs / 1_000} s (minReadySeconds)`);
    }
    if (words.every((word) => this.#isFresh(word))) return ready(undefined);
    this.#freshMs *= 2;
    return pending(`${this.#no} (asked once more)`);
  }

  /** Until the last of them has said yes for long enough; while one does not, there is nothing to wait out. */
  #leftMs(all: readonly Word[]): number {
    const words = all.filter(({ isMissing }) => !isMissing);
    if (words.some(({ open, since }) => open !== undefined || since === undefined)) return 0;
    return Math.max(0, ...words.map(({ since = 0 }) => since + this.#holdMs - performance.now()));
  }

  #ask({ ID, Status }: TaskDetails, container: TaskContainer, limitMs: number): Promise<void> {
    const before = this.#words.get(ID);
    const word: Word = { ...before, host: container.host };
    this.#words.set(ID, word);
    word.open = (async () => {
      const ranForMs = before ? 0 : await this.#agedMs(container, Status.Timestamp);
      if (ranForMs === undefined) word.isMissing = true;
      else await this.#hear(word, container, limitMs, before === undefined && ranForMs >= this.#holdMs);
      word.open = undefined;
    })();
    return word.open;
  }

  /** @param isOld whether the task ran for long before it was asked: if it says yes at once, it did not begin to just now */
  async #hear(word: Word, container: TaskContainer, limitMs: number, isOld: boolean): Promise<void> {
    const begun = performance.now();
    word.refusal = await refusalOf(container, this.#command, limitMs);
    word.at = performance.now();
    if (word.refusal !== undefined) word.since = undefined;
    else word.since ??= isOld && word.at - begun < this.#freshMs ? word.at - this.#holdMs : word.at;
  }

  /** How long ago that was by its own host's clock, 0 when it does not tell; undefined for one that is left out. */
  async #agedMs({ host, engine }: TaskContainer, timestamp: string): Promise<number | undefined> {
    try {
      const { SystemTime = "" } = await engine.info(electionTimeout(engine.connection));
      return Math.max(0, Date.parse(SystemTime) - Date.parse(timestamp)) || 0;
    } catch (error) {
      if (!this.#leaveOut) return 0;
      this.#leaveOut(host, errorMessage(error));
      return undefined;
    }
  }

  #isFresh({ at = -Infinity }: Word): boolean {
    return performance.now() - at <= this.#freshMs;
  }
}
