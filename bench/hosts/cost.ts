import { execFileSync } from "node:child_process";
import { killTree } from "../../test/integration/kill-tree.ts";
import type { TestStack } from "../../test/integration/stack.ts";
import { stopped, measureSeconds } from "../measure.ts";

/** The cost of one run of Pulumi. */
export interface Cost {
  seconds: number;
  /** Peak memory of Pulumi and all its child processes, in MiB. */
  peakMiB: number;
}

/** Thrown if a run exceeds its time limit. */
export class TimeLimitError extends Error {}

/** Milliseconds between two memory samples. */
const SAMPLE_MS = 250;

/**
 * Runs Pulumi and measures it. Ctrl-C kills it.
 *
 * @throws TooLong if it exceeds the time limit, in seconds
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

/** Returns the memory of all processes of a session in KiB. */
function residentKiB(session: number): number {
  try {
    const lines = execFileSync("ps", ["-o", "rss=", "-s", String(session)], { encoding: "utf8" })
      .trim()
      .split("\n");
    return lines.reduce((sum, line) => sum + Number(line), 0);
  } catch {
    // The session has just ended.
    return 0;
  }
}
