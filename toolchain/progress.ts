import { performance } from "node:perf_hooks";
import { escapeControlCharacters } from "../core/escape-control-characters.ts";

/** Shorter operations print nothing, in milliseconds. */
const QUIET_MS = 2_000;
/** Interval of messages in a log without a terminal, in milliseconds. */
const LOG_EVERY_MS = 30_000;

/** Sets the detail of the progress line, in a few words. */
export type ReportProgress = (detail: string) => void;

const seconds = (ms: number) => (ms < 60_000 ? `${Math.round(ms / 1000)} s` : minutes(Math.round(ms / 1000)));
const minutes = (s: number) => `${Math.floor(s / 60)} min ${s % 60} s`;

/** Prints a line on standard error. Only results go to standard output, so that `npm run env` can be evaluated. */
export function say(line: string): void {
  process.stderr.write(`${escapeControlCharacters(line)}\n`);
}

/** Prints a command's result on standard output. */
export function print(text: string): void {
  process.stdout.write(`${escapeControlCharacters(text)}\n`);
}

/**
 * Runs `work` with a progress line. On a terminal the line counts the seconds; in a log it is repeated now and then.
 * Prints nothing for the first two seconds.
 */
export async function progress<T>(label: string, work: (report: ReportProgress) => Promise<T>): Promise<T> {
  const start = performance.now();
  const elapsed = () => performance.now() - start;
  const terminal = process.stderr.isTTY === true;
  let detail = "";
  let nextLog = QUIET_MS;
  const draw = () => {
    if (elapsed() < QUIET_MS) return;
    const line = escapeControlCharacters(`${label} … ${seconds(elapsed())}${detail && `, ${detail}`}`).replaceAll(
      "\n",
      " ",
    );
    if (terminal) process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
    else if (elapsed() >= nextLog) {
      say(line);
      nextLog = elapsed() + LOG_EVERY_MS;
    }
  };
  const timer = setInterval(draw, 500);
  let outcome = "failed after";
  try {
    const result = await work((text) => (detail = text));
    outcome = "done in";
    return result;
  } finally {
    clearInterval(timer);
    if (elapsed() >= QUIET_MS) {
      if (terminal) process.stderr.write("\r\x1b[2K");
      say(`${label}: ${outcome} ${seconds(elapsed())}`);
    }
  }
}
