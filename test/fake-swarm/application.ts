import type { TaskDetails } from "../../engine/types.ts";

/** A task as the application in it knows it. */
export interface RunningTask {
  task: TaskDetails;
  service: string;
  hostname: string;
}

/** How a start of a task goes wrong: at once, or after it has run for a while. */
export interface StartFailure {
  err: string;
  /** An image that cannot be had is rejected; a program that ends has failed. @default "failed" */
  state?: "failed" | "rejected";
  /** @default 0 */
  afterMs?: number;
}

export interface Command extends RunningTask {
  command: string[];
  input: string;
}

/** What a command in a container comes to. @default - it ends well and says nothing */
export interface CommandResult {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
  durationMs?: number;
}

/** What runs in the tasks. Tests replace what they are about. */
export interface Application {
  start(runs: RunningTask): StartFailure | undefined;
  exec(asked: Command): CommandResult;
  log(runs: RunningTask): string;
}

export const idleApplication = (): Application => ({ start: () => undefined, exec: () => ({}), log: () => "" });
