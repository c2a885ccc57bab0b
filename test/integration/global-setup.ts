import { removeAbandonedLabs, labUnavailableReason } from "../../lab/lab.ts";

/** Says once why tests are skipped, and in the end clears away what a test that was killed left. */
export default function setup(): (() => Promise<void>) | undefined {
  const problem = labUnavailableReason();
  if (problem === undefined) return removeAbandonedLabs;
  process.stderr.write(`integration tests are skipped: ${problem}\n`);
  return undefined;
}
