/** The shortest time limit of a request: the last one before a deadline must be able to get its answer. */
const SHORTEST_MS = 1_000;

/** A moment by which work has to be over. It is passed down, so that the limits of nested waits do not add up. */
export class Deadline {
  readonly #at: number;

  constructor(seconds: number, earlier?: Deadline) {
    this.#at = Math.min(performance.now() + seconds * 1000, earlier ? earlier.#at : Infinity);
  }

  /** Milliseconds that are left, never less than none. */
  get remainingMs(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** A time limit in milliseconds, shortened to what is left. */
  cap(limitMs: number): number {
    return Math.min(limitMs, Math.max(this.remainingMs, SHORTEST_MS));
  }
}
