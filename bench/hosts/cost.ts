import { execFileSync } from "node:child_process";
import { killTree } from "../../test/integration/kill-tree.ts";
import type { TestStack } from "../../test/integration/stack.ts";
import { stopped, measureSeconds } from "../measure.ts";

/** What one run of Pulumi cost. */
export interface Cost {
  seconds: number;
  /** The most memory that Pulumi and all it started had at once, in MiB. */
  peakMiB: number;
}

/** A run that was ended because it took too long. */
export class TimeLimitError extends Error {}

/** Milliseconds between two looks at the memory. */
const SAMPLE_MS = 250;

/**
 * Runs Pulumi to its end, or to Ctrl-C; fails when it does.
 *
 * @throws TooLong when it has not ended after so many seconds
 */
export async function measureCost(stack: TestStack, verb: "up" | "preview", limitSeconds?: number): Promise<Cost> {
  let peakKiB = 0;
  let isLate = false;
  const seconds = await measureSeconds(async () => {
    const running = stack.start(verb, verb === "up" ? ["--yes", "--skip-preview"] : ["--expect-no-changes"]);
    const kill = () => killTree(running.pid);
    const timer = setInterval(() => (peakKiB = Math.max(peakKiB, residentKiB(running.pid))), SAMPLE_MS);
    const giveUp = () => {
      isLate = true;
      kill();
    };
    const limit = limitSeconds === undefined ? undefined : setTimeout(giveUp, limitSeconds * 1000);
    stopped.addEventListener("abort", kill);
    try {
      const { exitCode, output } = await running.outcome;
      if (stopped.aborted) throw new Error("interrupted");
      if (isLate) throw new TimeLimitError(`pulumi ${verb} took more than ${limitSeconds} s`);
      if (exitCode !== 0) throw new Error(`pulumi ${verb} failed with ${exitCode}:\n${output}`);
    } finally {
      clearInterval(timer);
      clearTimeout(limit);
      stopped.removeEventListener("abort", kill);
    }
  });
  return { seconds, peakMiB: peakKiB / 1024 };
}

/** Memory of all processes of a session. */
function residentKiB(session: number): number {
  try {
    const lines = execFileSync("ps", ["-o", "rss=", "-s", String(session)], { encoding: "utf8" })
      .trim()
      .split("\n");
    return lines.reduce((sum, line) => sum + Number(line), 0);
  } catch {
    // It has just ended.
    return 0;
  }
}
