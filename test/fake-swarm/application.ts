import type { TaskDetails } from "../../engine/types.ts";

/** A task from its application's point of view. */
export interface RunningTask {
  task: TaskDetails;
  service: string;
  hostname: string;
}

/** A failure of a task at its start, or after it has run for a while. */
export interface StartFailure {
  err: string;
  /** `rejected` for an image that cannot be pulled, `failed` for a program that exits. @default "failed" */
  state?: "failed" | "rejected";
  /** @default 0 */
  afterMs?: number;
}

export interface Command extends RunningTask {
  command: string[];
  input: string;
}

/** The result of a command in a container. @default - success without output */
export interface CommandResult {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
  durationMs?: number;
}

/** The program that runs in the tasks. Tests override its methods. */
export interface Application {
  start(runs: RunningTask): StartFailure | undefined;
  exec(asked: Command): CommandResult;
  log(runs: RunningTask): string;
}

export const idleApplication = (): Application => ({ start: () => undefined, exec: () => ({}), log: () => "" });
