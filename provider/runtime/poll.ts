import { Deadline } from "../../engine/deadline.ts";
import { isTransient } from "../../engine/errors.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { pause } from "../../engine/pause.ts";
import { logLine } from "./log-line.ts";
import { NoManagerError } from "./values.ts";

/** How a wait goes on: done with a result, or not yet, for a reason that is shown as progress. */
export type PollResult<T> = { done: true; value: T } | { done: false; reason: string };

export const ready = <T>(value: T): PollResult<T> => ({ done: true, value });
export const pending = (reason: string): PollResult<never> => ({ done: false, reason });

export interface PollOptions {
  /** Begins every progress line: `service minio-main`. */
  subject: string;
  /** Seconds until the wait is given up. */
  timeoutSeconds: number;
  /** Of work that this wait is a part of: it ends no later. @default - there is none */
  outerDeadline?: Deadline;
  /** Milliseconds between attempts. @default 500 */
  intervalMs?: number;
  /** Where progress goes. @default - the process's standard output, which Pulumi shows */
  report?: (line: string) => void;
  /** Errors that are tried again as well. @default - transient ones alone */
  isRetryable?: (error: unknown) => boolean;
}

/**
 * Tries until it is done or the time is up. Says what it is waiting for whenever that changes, from the second second
 * on: what is quick stays quiet. A transient error is one more reason to wait; any other one ends the wait at once.
 *
 * @param attempt gets the deadline of the wait, for what it waits for itself
 * @throws the error that `expired` makes of the last reason.
 */
export async function waitFor<T>(
  attempt: (deadline: Deadline) => Promise<PollResult<T>>,
  options: PollOptions,
  expired: (because: string) => Error | Promise<Error>,
): Promise<T> {
  const { subject, timeoutSeconds, outerDeadline, intervalMs = 500, report = logLine, isRetryable } = options;
  const deadline = new Deadline(timeoutSeconds, outerDeadline);
  const begun = performance.now();
  let said = "";
  for (;;) {
    const outcome = await attempt(deadline).catch((error: unknown) => {
      if (!mayPass(error) && !isRetryable?.(error)) throw error;
      return pending(errorMessage(error));
    });
    if (outcome.done) return outcome.value;
    if (deadline.remainingMs === 0) throw await expired(outcome.reason);
    const seconds = (performance.now() - begun) / 1000;
    if (seconds > 2 && outcome.reason !== said) {
      said = outcome.reason;
      report(`${subject}: ${said} (${Math.round(seconds)} s of at most ${timeoutSeconds} s)`);
    }
    await pause(intervalMs);
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof NoManagerError ? error.isTransient : isTransient(error);
}
