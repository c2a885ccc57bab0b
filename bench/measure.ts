import { performance } from "node:perf_hooks";
import { errorMessage } from "../engine/error-message.ts";
import { say } from "../toolchain/progress.ts";

/** How many times everything is measured. */
export const RUNS = 5;

const stop = new AbortController();

/** Aborted by Ctrl-C, so that long work ends at once. */
export const stopped = stop.signal;

/** After Ctrl-C the current step ends and is cleaned up, and no other step starts. */
export function stopOnSignal(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
}

/** Returns how many seconds `work` takes. */
export async function measureSeconds(work: () => Promise<unknown>): Promise<number> {
  if (stopped.aborted) throw new Error("interrupted");
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Runs `work`, and then `undo`, even if `work` fails. If both fail, throws the first error. */
export async function withCleanup<T>(work: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await undo().catch((second: unknown) => say(`cleaning up: ${errorMessage(second)}`));
    throw error;
  }
  await undo();
  return result;
}
