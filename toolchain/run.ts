import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { exitBySignal, type TerminationSignal, onTerminationSignal } from "./signals.ts";

/** How a program is run. */
export interface RunOptions {
  cwd?: string;
  /** The whole environment. @default this process's own */
  env?: NodeJS.ProcessEnv;
  /** Called with each line the program prints. */
  onLine?: (line: string) => void;
  /** Milliseconds until it is ended. @default no limit */
  timeoutMs?: number;
  /** Whether its standard output is secret: a failure then shows only what it wrote to standard error. */
  secretOutput?: boolean;
  /** Open files that the program gets as its descriptors 3, 4, … */
  files?: readonly number[];
  /** Whether a signal that ends this process ends the program first. @default the program stays */
  forwardSignals?: boolean;
  /** Called with the program's process id as soon as it runs. */
  onStart?: (pid: number) => void;
}

/** A program ended badly. The message carries the last lines it printed. */
export class CommandError extends Error {
  readonly exitCode: number | null;
  constructor(command: string, exitCode: number | null, why: string, tail: readonly string[]) {
    super([`${command} ${why}`, ...tail.map((line) => `  ${line}`)].join("\n"));
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** How many of a program's last lines a failure shows. */
const TAIL = 25;

/** Runs a program to its end and gives back what it wrote to its standard output. Secrets never belong in `args`. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, onLine, timeoutMs, secretOutput = false, onStart, files = [], forwardSignals = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe", ...files], timeout: timeoutMs });
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
    child.on("error", (error) => reject(new CommandError(title, null, `does not start: ${error.message}`, [])));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output.join("\n"));
      else reject(new CommandError(title, code, signal ? `was ended by ${signal}` : `failed with code ${code}`, tail));
    });
  });
}

/**
 * A signal ends this process only once the child has ended. The terminal sends Ctrl-C to the child as well; all else is
 * passed on.
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

/** Runs a program with this terminal as its own and gives back its exit code. Ctrl-C is the program's to handle. */
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

/** Whether a program can be started at all. */
export async function canRun(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args, { timeoutMs: 20_000 });
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}
