/** Durations in the fake Swarm, in milliseconds. */
export interface Timing {
  /** From the start of an engine until it is in its Swarm again. */
  boot: number;
  /** From losing a node until the managers see it as down. */
  heartbeat: number;
  /** Duration of a leader election. */
  election: number;
  /** From joining or returning until the managers see the node as ready. */
  ready: number;
  /** From a role change until the managers complete it, and again until the node's engine knows. */
  role: number;
  /** From a service update until Swarm's updater starts. */
  updateStart: number;
  /** Each state of a starting task. */
  taskStep: number;
  /** Stopping a task. */
  taskStop: number;
  /** From an unanswered join until the request fails while the engine continues, and from then until it gives up. */
  joinTimeout: number;
  joinEnd: number;
}

/** Approximate durations of real engines. */
export const REALISTIC: Timing = {
  boot: 1_000,
  heartbeat: 15_000,
  election: 4_000,
  ready: 300,
  role: 600,
  updateStart: 300,
  taskStep: 200,
  taskStop: 1_000,
  joinTimeout: 20_000,
  joinEnd: 10_000,
};

/** No delays, for benchmarks of clients. */
export const INSTANT: Timing = {
  ...{ boot: 0, heartbeat: 0, election: 0, ready: 0, role: 0, updateStart: 0, taskStep: 0, taskStop: 0 },
  ...{ joinTimeout: 0, joinEnd: 0 },
};

/** The longest timer in Node: 24 days, here the same as never. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The timers of one set of fake engines. They end with the engines. */
export class Timers {
  readonly #due = new Set<NodeJS.Timeout>();

  /** Runs a function after a delay, or immediately without one. */
  after(ms: number, act: () => void): void {
    if (ms <= 0) return act();
    const timer = setTimeout(
      () => {
        this.#due.delete(timer);
        act();
      },
      Math.min(ms, MAX_TIMER_MS),
    );
    this.#due.add(timer);
  }

  /** Waits. Never resolves if the fake engines stop first. */
  pause(ms: number): Promise<void> {
    return new Promise((done) => this.after(ms, done));
  }

  end(): void {
    for (const timer of this.#due) clearTimeout(timer);
    this.#due.clear();
  }
}
