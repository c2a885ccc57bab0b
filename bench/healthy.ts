import { setTimeout as pause } from "node:timers/promises";
import { endpointHealth } from "../commands/status/health.ts";
import { timed } from "./measure.ts";

/** What makes a store, in seconds. */
export interface Start {
  /** Until the store answered that it has write quorum. */
  healthy: number;
  /** Until the work ended. */
  ended: number;
}

/** Times work that makes a store: until the store is healthy, and until the work is over. */
export async function timedStart(endpoint: string, work: () => Promise<unknown>): Promise<Start> {
  const whole = timed(work);
  const [healthy, ended] = await Promise.all([timed(() => untilHealthy(endpoint, whole)), whole]);
  return { healthy, ended };
}

/** Asks five times a second, for as long as the work goes on. */
async function untilHealthy(endpoint: string, work: Promise<unknown>): Promise<void> {
  let over = false;
  work.finally(() => (over = true)).catch(() => {});
  while (!over && !(await endpointHealth(endpoint)).healthy) await pause(200);
}
