import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isRunning, getProcessIdentity, readProcessFile, writeProcessFile } from "./slots.ts";

/** A program in its own PID namespace: when its first process is killed, all others end. */
export interface ContainedProgram {
  /** The network namespace in which it runs. */
  namespace: string;
  /** Options of `unshare` for further namespaces. */
  own?: readonly string[];
  program: readonly string[];
  /** Folder of its process file. */
  folder: string;
  /** File for its output. */
  log: string;
}

/** Starts the program, which keeps running after this process ends, until `killContained`. */
export function startContained({ namespace, own = [], program, folder, log }: ContainedProgram): ChildProcess {
  const unshare = ["unshare", ...own, "--pid", "--fork", "--kill-child"];
  return startDetached(["nsenter", `--net=/run/netns/${namespace}`, ...unshare, ...program], { folder, log });
}

/** Starts a command that keeps running after this process ends, and writes its process file. */
export function startDetached(
  [command, ...args]: readonly [string, ...string[]],
  { folder, log }: Pick<ContainedProgram, "folder" | "log">,
): ChildProcess {
  const output = openSync(log, "a");
  const child = spawn(command, args, { stdio: ["ignore", output, output], detached: true, env: withoutProxies() });
  closeSync(output);
  child.unref();
  if (child.pid === undefined) throw new Error(`lab: ${command} does not start`);
  writeProcessFile(join(folder, "pid"), child.pid);
  return child;
}

/** Returns this process's environment without proxies, which a host of a lab does not share. */
export function withoutProxies(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
}

/** Returns the id of the first process of a folder's program; undefined if it does not run. */
export function getFirstProcess(folder: string): number | undefined {
  const mark = readProcessFile(join(folder, "pid"));
  return mark && isRunning(mark) ? getChild(mark.pid) : undefined;
}

/** Kills a folder's program, even if another process started it, and waits for its end. */
export async function killContained(folder: string): Promise<void> {
  const mark = readProcessFile(join(folder, "pid"));
  if (!mark || !isRunning(mark)) return;
  const first = getChild(mark.pid);
  // Killing the first process ends the namespace with all its processes. `unshare` waits for the first process.
  const marks = [first === undefined ? undefined : getProcessIdentity(first), mark].filter(
    (each) => each !== undefined,
  );
  for (const { pid } of marks) kill(pid);
  const end = Date.now() + 20_000;
  while (marks.some(isRunning)) {
    if (Date.now() > end) throw new Error(`lab: process ${mark.pid} does not end`);
    await pause(50);
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function getChild(pid: number): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return child ? Number(child) : undefined;
  } catch {
    return undefined;
  }
}
