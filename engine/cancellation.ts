import { AsyncLocalStorage } from "node:async_hooks";
import { setMaxListeners } from "node:events";

/** Milliseconds in which requests may still be answered after the run was cancelled. */
const GRACE_MS = 1_000;

/**
 * The user cancelled the run. It is no ResourceError, which tells a failed change that may be rolled back: a cancelled
 * change stays as it is, and the next `up` resumes.
 */
export class CancelledError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CancelledError";
  }
}

const run = new AbortController();
const requests = new AbortController();

/** Aborted once Pulumi cancels the run, as Ctrl-C does. Waits end then; Pulumi also sends it when a run has ended. */
export const cancelled: AbortSignal = run.signal;

const scope = new AsyncLocalStorage<AbortSignal>();

/**
 * Returns the signal that is aborted a second later. Requests, connections and commands that have not ended by then end
 * without a result, and no others start. Its reason is a CancelledError.
 */
export function cutOff(): AbortSignal {
  return scope.getStore() ?? requests.signal;
}

/** Returns the reason if requests were cut off. */
export function cutOffError(): Error | undefined {
  const signal = cutOff();
  return signal.aborted ? (signal.reason as Error) : undefined;
}

/** Runs work whose requests end with this signal as well, where Pulumi does not cancel the whole process. */
export function cutOffBy<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const either = AbortSignal.any([cutOff(), signal]);
  setMaxListeners(0, either);
  return scope.run(either, work);
}

// One listener for each request in progress.
setMaxListeners(0, run.signal, requests.signal);

/** Ends all waits of this process, and then all requests. */
export function cancelAll(): void {
  run.abort();
  setTimeout(() => requests.abort(new CancelledError("cancelled: run it again to resume")), GRACE_MS).unref();
}

/**
 * Calls `end` after a time, or when requests are cut off, then with the reason. Every request, connection and command has
 * such a limit.
 *
 * @returns a function that lifts the limit
 */
export function limitTime(ms: number, end: (cancelled?: Error) => void): () => void {
  const signal = cutOff();
  const lift = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", cut);
  };
  const finish = (cancelled?: Error) => {
    lift();
    end(cancelled);
  };
  const cut = () => finish(signal.reason as Error);
  const timer = setTimeout(finish, ms);
  signal.addEventListener("abort", cut);
  return lift;
}
