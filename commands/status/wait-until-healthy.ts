import type { ReportProgress } from "../../toolchain/progress.ts";
import type { StatusReport } from "./model.ts";
import { pause } from "../../engine/pause.ts";

/**
 * How long a stack may take to become healthy after an `up`, in milliseconds. A host that has just got its power back
 * needs most of it: Swarm restarts the task, and members look for each other's drives every 16 s.
 */
export const HEALTHY_WITHIN_MS = 60_000;

/** The interval between inspections, in milliseconds. */
const POLL_MS = 2_000;

/** Inspects a stack until it is healthy or `limitMs` has passed, and returns the last report. */
export async function waitUntilHealthy(
  inspect: () => Promise<StatusReport>,
  reportProgress: ReportProgress,
  limitMs: number = HEALTHY_WITHIN_MS,
): Promise<StatusReport> {
  const started = performance.now();
  for (;;) {
    const report = await inspect();
    const [problem] = report.problems;
    if (problem === undefined || performance.now() - started + POLL_MS > limitMs) return report;
    reportProgress(problem);
    await pause(POLL_MS);
  }
}
