import type { Tell } from "../../toolchain/progress.ts";
import type { StatusReport } from "./model.ts";
import { pause } from "../../engine/pause.ts";

/**
 * How long a stack may take to become healthy after an `up`, in milliseconds: members that have just started still
 * connect to each other's drives.
 */
export const SETTLES_MS = 30_000;

/** Between two looks, in milliseconds. */
const AGAIN_MS = 2_000;

/** Looks at a stack until it is healthy, for a while. Returns the last report. */
export async function settled(
  look: () => Promise<StatusReport>,
  tell: Tell,
  limitMs: number = SETTLES_MS,
): Promise<StatusReport> {
  const started = performance.now();
  for (;;) {
    const report = await look();
    const [problem] = report.problems;
    if (problem === undefined || performance.now() - started + AGAIN_MS > limitMs) return report;
    tell(problem);
    await pause(AGAIN_MS);
  }
}
