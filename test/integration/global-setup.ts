import { labUnavailableReason } from "../../lab/lab.ts";
import { removeAbandonedLabs } from "../../lab/remove-lab.ts";

/** Prints once why tests are skipped. Returns a teardown that removes labs of killed tests. */
export default function setup(): (() => Promise<void>) | undefined {
  const problem = labUnavailableReason();
  if (problem === undefined) return removeAbandonedLabs;
  process.stderr.write(`integration tests are skipped: ${problem}\n`);
  return undefined;
}
