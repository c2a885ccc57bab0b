import type { TaskDetails } from "../../engine/types.ts";
import type { NodeEngines } from "./task-exec.ts";
import { TaskProbe } from "./task-probe.ts";
import type { PollResult } from "../runtime/poll.ts";

/** Runs the maintenance command in all running tasks, to find out whether one of them may stop. */
export class MaintenanceCheck {
  readonly #probe: TaskProbe;

  /**
   * @param minReadySeconds how long the command must have succeeded in every task: a task that has just restarted may not
   * be connected to all others yet
   */
  constructor(command: string[], nodes: NodeEngines, minReadySeconds = 0) {
    this.#probe = new TaskProbe({
      command,
      nodes,
      minReadySeconds,
      failureMessage: "the maintenance check does not allow a task to stop",
    });
  }

  /** Returns done when the command succeeds in all tasks at about the same time. */
  canDisrupt(running: readonly TaskDetails[], limitMs: number): Promise<PollResult<void>> {
    return this.#probe.poll(running, limitMs);
  }

  /** Call when a task stops: earlier results do not allow the next one to stop. */
  recordStop(): void {
    this.#probe.expireResults();
  }
}
