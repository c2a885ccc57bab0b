import { setTimeout as pause } from "node:timers/promises";
import { endpointHealth } from "../commands/status/health.ts";
import { measureSeconds } from "./measure.ts";

/** How long it took to start a store, in seconds. */
export interface StartTimes {
  /** Until the store answered that it has write quorum. */
  healthy: number;
  /** Until the work ended. */
  ended: number;
}

/** Measures work that starts a store: until the store is healthy, and until the work ends. */
export async function measureStart(endpoint: string, work: () => Promise<unknown>): Promise<StartTimes> {
  const whole = measureSeconds(work);
  const [healthy, ended] = await Promise.all([measureSeconds(() => waitUntilHealthy(endpoint, whole)), whole]);
  return { healthy, ended };
}

/** Polls five times a second until the store is healthy or the work ends. */
async function waitUntilHealthy(endpoint: string, work: Promise<unknown>): Promise<void> {
  let over = false;
  work.finally(() => (over = true)).catch(() => {});
  while (!over && !(await endpointHealth(endpoint)).healthy) await pause(200);
}
