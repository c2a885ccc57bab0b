/** How long things take in a Swarm, in milliseconds. */
export interface Timing {
  /** An engine that starts until it knows its Swarm again. */
  boot: number;
  /** A member that is silent until the managers see it down. */
  heartbeat: number;
  /** Managers without a leader until they have elected one. */
  election: number;
  /** A node that joins, or comes back, until the managers see it ready. */
  ready: number;
  /** A change of roles until the managers have settled it, and from then until its node has heard of it. */
  role: number;
  /** A change of a service until Swarm's updater begins with it. */
  updateStart: number;
  /** Each step of a task on its way to running. */
  taskStep: number;
  /** A task that stops. */
  taskStop: number;
  /** A join without an answer until the engine calls it one that goes on in the background, and then until it ends. */
  joinTimeout: number;
  joinEnd: number;
}

/** About what real engines take. */
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

/** Everything at once, for benchmarks of what asks. */
export const INSTANT: Timing = {
  ...{ boot: 0, heartbeat: 0, election: 0, ready: 0, role: 0, updateStart: 0, taskStep: 0, taskStop: 0 },
  ...{ joinTimeout: 0, joinEnd: 0 },
};

/** The longest that a timer of Node's can be: 24 days, which stand for ever here. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The timers of one fake, which end with it. */
export class Timers {
  readonly #due = new Set<NodeJS.Timeout>();

  /** Runs something later, or right away if there is nothing to wait for. */
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

  /** Waits, unless the fake ends first. */
  pause(ms: number): Promise<void> {
    return new Promise((done) => this.after(ms, done));
  }

  end(): void {
    for (const timer of this.#due) clearTimeout(timer);
    this.#due.clear();
  }
}
