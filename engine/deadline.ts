/** The shortest timeout of a request, so that the last one before a deadline can still be answered. */
const MIN_TIMEOUT_MS = 1_000;

/** The latest time at which work must end. It is passed down, so that the timeouts of nested waits do not add up. */
export class Deadline {
  readonly #at: number;

  /** @param outer a deadline that this one does not exceed */
  constructor(seconds: number, outer?: Deadline) {
    this.#at = Math.min(performance.now() + seconds * 1000, outer ? outer.#at : Infinity);
  }

  /** Milliseconds until the deadline, at least 0. */
  get remainingMs(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** Shortens a timeout in milliseconds to the time that remains, but not below one second. */
  cap(timeoutMs: number): number {
    return Math.min(timeoutMs, Math.max(this.remainingMs, MIN_TIMEOUT_MS));
  }
}
