import { performance } from "node:perf_hooks";
import { errorMessage } from "../engine/error-message.ts";
import { say } from "../toolchain/progress.ts";

/** How often everything is measured. */
export const RUNS = 5;

const stop = new AbortController();

/** Fires at Ctrl-C: what would run for minutes ends at once. */
export const stopped = stop.signal;

/** After Ctrl-C the step that runs ends, what was made is removed, and nothing further begins. */
export function stopOnSignal(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
}

/** Seconds that `work` takes. */
export async function measureSeconds(work: () => Promise<unknown>): Promise<number> {
  if (stopped.aborted) throw new Error("interrupted");
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Does `work`, and `undo` after it however it ends. Of two failures the first one tells what went wrong. */
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
