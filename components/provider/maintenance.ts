import { setTimeout as pause } from "node:timers/promises";
import type { TaskDetails } from "../engine/types.ts";
import { containerOf, type NodeEngines, refusalOf } from "./node-engines.ts";
import { type Attempt, done, notYet } from "./wait.ts";

/** Milliseconds after which answers are old: what was true when the first came need not be when the last does. */
const FRESH = 2_000;

interface Answer {
  host: string;
  /** Why not; undefined is a yes. */
  refusal?: string;
}

/** A question to all tasks that is not answered yet by all. */
interface Round {
  begun: number;
  /** Hosts whose task has not answered. */
  open: Set<string>;
  answers: Promise<Answer[]>;
}

/**
 * Asks running tasks whether one of them may be taken away. A command may wait until it can say yes; one that was
 * given up on would go on in its container, so it is never asked twice at a time.
 */
export class MaintenanceCheck {
  readonly #command: string[];
  readonly #engines: NodeEngines;
  #round: Round | undefined;

  constructor(command: string[], engines: NodeEngines) {
    this.#command = command;
    this.#engines = engines;
  }

  /** Done when all of them say yes at about the same time. */
  async mayGo(running: readonly TaskDetails[], limitMs: number): Promise<Attempt<void>> {
    const round = (this.#round ??= this.#ask(running, limitMs));
    const answers = await Promise.race([round.answers, pause(FRESH)]);
    if (!answers) return notYet(`its own maintenance check lets no task go (asked on ${[...round.open].join(", ")})`);
    this.#round = undefined;
    const [refused] = answers.filter(({ refusal }) => refusal !== undefined);
    if (refused) return notYet(`its own maintenance check lets no task go (${refused.host}: ${refused.refusal})`);
    if (performance.now() - round.begun > FRESH) return notYet("its own maintenance check is asked once more");
    return done(undefined);
  }

  #ask(running: readonly TaskDetails[], limitMs: number): Round {
    const open = new Set<string>();
    const answers = running.map(async (task) => {
      const found = containerOf(this.#engines, task);
      if (!found) return { host: task.NodeID ?? "nowhere", refusal: "its engine cannot be asked" };
      const { host } = found;
      open.add(host);
      const refusal = await refusalOf(found, this.#command, limitMs);
      open.delete(host);
      return { host, refusal };
    });
    return { begun: performance.now(), open, answers: Promise.all(answers) };
  }
}
