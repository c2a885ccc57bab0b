import { setTimeout as pause } from "node:timers/promises";
import { endpointHealth } from "../commands/status/health.ts";
import { measureSeconds } from "./measure.ts";

/** What makes a store, in seconds. */
export interface StartTimes {
  /** Until the store answered that it has write quorum. */
  healthy: number;
  /** Until the work ended. */
  ended: number;
}

/** Times work that makes a store: until the store is healthy, and until the work is over. */
export async function measureStart(endpoint: string, work: () => Promise<unknown>): Promise<StartTimes> {
  const whole = measureSeconds(work);
  const [healthy, ended] = await Promise.all([measureSeconds(() => waitUntilHealthy(endpoint, whole)), whole]);
  return { healthy, ended };
}

/** Asks five times a second, for as long as the work goes on. */
async function waitUntilHealthy(endpoint: string, work: Promise<unknown>): Promise<void> {
  let over = false;
  work.finally(() => (over = true)).catch(() => {});
  while (!over && !(await endpointHealth(endpoint)).healthy) await pause(200);
}
