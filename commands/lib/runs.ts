import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { readIfExists, writeIfChanged } from "../../toolchain/cache.ts";
import { isGone, processToken } from "../../toolchain/lock.mjs";
import type { StateFolder } from "./state.ts";

/**
 * A process that the commands started for a stack. Pulumi's own locks contain only the process id, which means nothing
 * in another PID namespace or after the id was reused.
 */
export interface RecordedRun {
  stack: string;
  pid: number;
  /** From `processToken`. */
  token: string;
  hostname: string;
  /** Wall clock time just before it was started, in milliseconds. */
  startedAt: number;
}

/** A record that was read from its file. */
export interface ReadRun extends RecordedRun {
  file: string;
  /** Whether the process had certainly ended by then. */
  isGone: boolean;
}

/** A stack in its state folder, such as a Session. */
export interface StackInState {
  state: StateFolder;
  stack: string;
}

const runsFolder = ({ path }: StateFolder) => join(path, "runs");

/**
 * Records a process while `work` runs.
 *
 * @param work starts the process, and calls `onStart` as soon as it runs
 */
export async function recordRun<T>(
  { state, stack }: StackInState,
  work: (onStart: (pid: number) => void) => Promise<T>,
): Promise<T> {
  const startedAt = Date.now();
  const files: string[] = [];
  try {
    return await work((pid) => files.push(writeRun({ state, stack }, pid, startedAt)));
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

/** Writes the record of a process and returns its file. */
export function writeRun({ state, stack }: StackInState, pid: number, startedAt: number): string {
  const folder = runsFolder(state);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${randomBytes(8).toString("hex")}.json`);
  const run: Partial<RecordedRun> = { stack, pid, token: processToken(pid), hostname: hostname(), startedAt };
  writeIfChanged(file, JSON.stringify(run), 0o600);
  return file;
}

/** Returns the records of processes that run on a stack, and of those that were killed. */
export function readRuns({ state, stack }: StackInState): ReadRun[] {
  const folder = runsFolder(state);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => {
    const file = join(folder, name);
    const run = JSON.parse(readIfExists(file) ?? "{}") as Partial<RecordedRun>;
    // A process that had ended before it was recorded has no token.
    if (run.stack !== stack || run.token === undefined) return [];
    return [{ ...(run as RecordedRun), file, isGone: isGone(run.token) }];
  });
}
