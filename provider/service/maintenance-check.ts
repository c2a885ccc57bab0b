import type { TaskDetails } from "../../engine/types.ts";
import type { NodeEngines } from "./task-exec.ts";
import { TaskProbe } from "./task-probe.ts";
import type { PollResult } from "../runtime/poll.ts";

/** Asks running tasks whether one of them may be taken away. */
export class MaintenanceCheck {
  readonly #probe: TaskProbe;

  /** @param minReadySeconds how long all must have said yes: a task that has just restarted may not see all others yet */
  constructor(command: string[], nodes: NodeEngines, minReadySeconds = 0) {
    this.#probe = new TaskProbe({
      command,
      nodes,
      minReadySeconds,
      failureMessage: "its own maintenance check lets no task go",
    });
  }

  /** Done when all of them say yes at about the same time. */
  canDisrupt(running: readonly TaskDetails[], limitMs: number): Promise<PollResult<void>> {
    return this.#probe.poll(running, limitMs);
  }

  /** One of them is taken away: what the others said before says nothing about the next one. */
  recordStop(): void {
    this.#probe.expireResults();
  }
}
