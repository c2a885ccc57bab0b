import { vi } from "vitest";
import { traffic } from "./memory.ts";

/** Time as the product sees it stands still, until `throughTime` or `pass` lets it go on. */
export function useFakeTime(): void {
  const toFake = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] as const;
  vi.useFakeTimers({ toFake: [...toFake] });
}

/** Lets time go on until the work has ended: always to what is due next, once everything in flight has arrived. */
export async function advanceUntilSettled<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  for (;;) {
    await waitForTraffic();
    if (isOver) return work;
    if (vi.getTimerCount() === 0) throw new Error("the work waits for something, and nothing is due any more");
    vi.advanceTimersToNextTimer();
  }
}

/** Lets so many seconds pass, and everything happen that is due in them. */
export async function advance(seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  await advanceUntilSettled(new Promise<void>((done) => setTimeout(done, end - Date.now())));
}

/** Waits until nothing has moved between clients and engines for some turns of the event loop. */
async function waitForTraffic(): Promise<void> {
  let before = -1;
  while (before !== traffic) {
    before = traffic;
    for (let turn = 0; turn < 4; turn += 1) await new Promise((next) => setImmediate(next));
  }
}
