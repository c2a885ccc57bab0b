import { setTimeout as pause } from "node:timers/promises";

/** How a wait goes on: done with a result, or not yet, for a reason that is shown as progress. */
export type Attempt<T> = { done: true; value: T } | { done: false; because: string };

export const done = <T>(value: T): Attempt<T> => ({ done: true, value });
export const notYet = (because: string): Attempt<never> => ({ done: false, because });

export interface WaitOptions {
  /** Begins every progress line: `service minio-main`. */
  what: string;
  /** Seconds until the wait is given up. */
  limitSeconds: number;
  /** Milliseconds between attempts. @default 500 */
  intervalMs?: number;
  /** Where progress goes. @default - the process's standard output, which Pulumi shows */
  report?: (line: string) => void;
}

/**
 * Tries until it is done or the time is up. Says what it is waiting for whenever that changes, from the second second
 * on: what is quick stays quiet.
 *
 * @throws the error that `expired` makes of the last reason.
 */
export async function waitFor<T>(
  attempt: () => Promise<Attempt<T>>,
  options: WaitOptions,
  expired: (because: string) => Error | Promise<Error>,
): Promise<T> {
  const { what, limitSeconds, intervalMs = 500, report = console.log } = options;
  const begun = performance.now();
  let said = "";
  for (;;) {
    const outcome = await attempt();
    if (outcome.done) return outcome.value;
    const seconds = (performance.now() - begun) / 1000;
    if (seconds > limitSeconds) throw await expired(outcome.because);
    if (seconds > 2 && outcome.because !== said) {
      said = outcome.because;
      report(`${what}: ${said} (${Math.round(seconds)} s of at most ${limitSeconds} s)`);
    }
    await pause(intervalMs);
  }
}
