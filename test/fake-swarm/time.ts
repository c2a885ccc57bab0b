import { vi } from "vitest";
import { traffic } from "./memory.ts";

/** Stops time for the code under test, until `advanceUntilSettled` or `advance` moves it on. */
export function useFakeTime(): void {
  const toFake = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] as const;
  vi.useFakeTimers({ toFake: [...toFake] });
}

/** Advances time from timer to timer until the work has settled. Waits for requests in flight before each step. */
export async function advanceUntilSettled<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  for (;;) {
    await waitForTraffic();
    if (isOver) return work;
    if (vi.getTimerCount() === 0) throw new Error("the work is still pending, but no timer is left");
    vi.advanceTimersToNextTimer();
  }
}

/** Advances time by a number of seconds, and runs the timers due in them. */
export async function advance(seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  await advanceUntilSettled(new Promise<void>((done) => setTimeout(done, end - Date.now())));
}

/** Waits until there was no traffic between clients and engines for some turns of the event loop. */
async function waitForTraffic(): Promise<void> {
  let before = -1;
  while (before !== traffic) {
    before = traffic;
    for (let turn = 0; turn < 4; turn += 1) await new Promise((next) => setImmediate(next));
  }
}
