import { performance } from "node:perf_hooks";
import { escapeControlCharacters } from "../core/escape-control-characters.ts";

/** Nothing is said about what is done before this many milliseconds. */
const QUIET_MS = 2_000;
/** How often a log (no terminal) is told that something still runs. */
const LOG_EVERY_MS = 30_000;

/** Tells what is going on now, in a few words, for the progress line. */
export type ReportProgress = (detail: string) => void;

const seconds = (ms: number) => (ms < 60_000 ? `${Math.round(ms / 1000)} s` : minutes(Math.round(ms / 1000)));
const minutes = (s: number) => `${Math.floor(s / 60)} min ${s % 60} s`;

/** One line for a person. Everything but a command's result goes to stderr, so that `npm run env` can be evaluated. */
export function say(line: string): void {
  process.stderr.write(`${escapeControlCharacters(line)}\n`);
}

/** A command's result, on standard output. */
export function print(text: string): void {
  process.stdout.write(`${escapeControlCharacters(text)}\n`);
}

/**
 * Does `work` with a progress line: on a terminal one line that counts the seconds, in a log a line now and then. What
 * takes less than two seconds says nothing.
 */
export async function progress<T>(label: string, work: (tell: ReportProgress) => Promise<T>): Promise<T> {
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
