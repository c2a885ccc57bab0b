import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { exitBySignal, type TerminationSignal, onTerminationSignal } from "./signals.ts";

/** Options for running a program. */
export interface RunOptions {
  cwd?: string;
  /** The whole environment. @default this process's environment */
  env?: NodeJS.ProcessEnv;
  /** Called with each line the program prints. */
  onLine?: (line: string) => void;
  /** Timeout in milliseconds. @default no limit */
  timeoutMs?: number;
  /** Whether its standard output is secret: an error then shows only its standard error. */
  secretOutput?: boolean;
  /** Open files for the program's descriptors 3, 4, … */
  files?: readonly number[];
  /** Whether a signal that ends this process ends the program first. @default the program continues */
  forwardSignals?: boolean;
  /** Called with the program's process id after its start. */
  onStart?: (pid: number) => void;
}

/** The failure of a program. The message contains its last lines of output. */
export class CommandError extends Error {
  readonly exitCode: number | null;
  constructor(command: string, exitCode: number | null, why: string, tail: readonly string[]) {
    super([`${command} ${why}`, ...tail.map((line) => `  ${line}`)].join("\n"));
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** The most lines of output in an error message. */
const TAIL = 25;

/** Runs a program and returns its standard output. Never pass secrets in `args`. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, onLine, timeoutMs, secretOutput = false, onStart, files = [], forwardSignals = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe", ...files] });
    // The option `timeout` of spawn would keep this process alive if the program does not start.
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill(), timeoutMs);
    if (forwardSignals) exitWithChild(child);
    if (child.pid !== undefined) onStart?.(child.pid);
    const output: string[] = [];
    const tail: string[] = [];
    const collectLines = (stream: NodeJS.ReadableStream, keep: boolean) =>
      createInterface({ input: stream }).on("line", (line) => {
        if (keep) output.push(line);
        if (!keep || !secretOutput) tail.push(line);
        if (tail.length > TAIL) tail.shift();
        onLine?.(line);
      });
    collectLines(child.stdout!, true);
    collectLines(child.stderr!, false);
    const title = [command, ...args].join(" ");
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new CommandError(title, null, `does not start: ${error.message}`, []));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output.join("\n"));
      else reject(new CommandError(title, code, signal ? `was ended by ${signal}` : `failed with code ${code}`, tail));
    });
  });
}

/**
 * Ends this process after a signal only once the child has ended. Passes signals on, except for Ctrl-C, which the
 * terminal sends to the child itself.
 */
function exitWithChild(child: ChildProcess): void {
  let caught: TerminationSignal | undefined;
  const stop = onTerminationSignal((signal) => {
    if (caught !== undefined || signal !== "SIGINT") child.kill("SIGTERM");
    caught ??= signal;
  });
  child.on("close", () => {
    stop();
    if (caught !== undefined) exitBySignal(caught);
  });
}

/** Runs a program on this terminal and returns its exit code. The program handles Ctrl-C. */
export function runAttached(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  onStart?: (pid: number) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: "inherit" });
    if (child.pid !== undefined) onStart?.(child.pid);
    const wait = () => {};
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    process.on("SIGINT", wait);
    process.on("SIGTERM", pass);
    const settle = () => {
      process.removeListener("SIGINT", wait);
      process.removeListener("SIGTERM", pass);
    };
    child.on("error", (error) => {
      settle();
      reject(new CommandError(command, null, `does not start: ${error.message}`, []));
    });
    child.on("close", (code) => {
      settle();
      resolve(code ?? 130);
    });
  });
}

/** Returns whether a program can be started. */
export async function canRun(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args, { timeoutMs: 20_000 });
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}
