import { escapeControlCharacters } from "../../core/escape-control-characters.ts";
import { cancelled, CancelledError } from "../../engine/cancellation.ts";
import { Deadline } from "../../engine/deadline.ts";
import { isTransient } from "../../engine/errors.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { pause } from "../../engine/pause.ts";
import { NoManagerError } from "./errors.ts";
import { logLine } from "./log-line.ts";

/** The result of one attempt: a value, or the reason to try again. The reason is shown as progress. */
export type PollResult<T> = { done: true; value: T } | { done: false; reason: string };

export const ready = <T>(value: T): PollResult<T> => ({ done: true, value });
export const pending = (reason: string): PollResult<never> => ({ done: false, reason });

export interface PollOptions {
  /** Begins every progress line: `service minio-main`. */
  subject: string;
  /** Seconds until the wait fails. */
  timeoutSeconds: number;
  /** Deadline of the operation that this wait is part of: the wait ends no later. @default - none */
  outerDeadline?: Deadline;
  /** Ends the wait after the current attempt. @default - the cancellation of Pulumi's run, for example by Ctrl-C */
  signal?: AbortSignal;
  /** Milliseconds between attempts. @default 500 */
  intervalMs?: number;
  /** Receives progress lines. @default - standard output, which Pulumi shows */
  report?: (line: string) => void;
  /** Selects errors to retry in addition to transient ones. @default - none */
  isRetryable?: (error: unknown) => boolean;
}

/**
 * Repeats an attempt until it is ready or the deadline passes. After a transient error, it keeps waiting; any other
 * error ends the wait at once. After two seconds, reports each new reason for waiting.
 *
 * @param attempt receives the deadline, to pass on to nested waits
 * @throws the error that `onTimeout` makes from the last reason
 */
export async function waitFor<T>(
  attempt: (deadline: Deadline) => Promise<PollResult<T>>,
  options: PollOptions,
  onTimeout: (reason: string) => Error | Promise<Error>,
): Promise<T> {
  const { subject, timeoutSeconds, outerDeadline, intervalMs = 500, report = logLine, isRetryable } = options;
  const { signal = cancelled } = options;
  const deadline = new Deadline(timeoutSeconds, outerDeadline);
  const start = performance.now();
  let reported = "";
  for (;;) {
    const result = await attempt(deadline).catch((error: unknown) => {
      if (!mayPass(error) && !isRetryable?.(error)) throw error;
      return pending(errorMessage(error));
    });
    if (result.done) return result.value;
    if (deadline.remainingMs === 0 && !signal.aborted) throw await onTimeout(result.reason);
    const seconds = (performance.now() - start) / 1000;
    if (seconds > 2 && result.reason !== reported) {
      reported = result.reason;
      report(`${subject}: ${reported} (${Math.round(seconds)} s of at most ${timeoutSeconds} s)`);
    }
    await pause(intervalMs, signal);
    if (signal.aborted) throw new CancelledError(escapeControlCharacters(`${subject}: cancelled: ${result.reason}`));
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof NoManagerError ? error.isTransient : isTransient(error);
}
