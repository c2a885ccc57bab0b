import { rmSync } from "node:fs";
import { join } from "node:path";
import { say } from "../../toolchain/progress.ts";
import { pulumiOutput, type Session } from "./pulumi.ts";
import { readCheckpoint } from "./state.ts";

/**
 * Has Pulumi forget what a killed run had begun to create: it would go on warning of it at every run. Nothing is lost:
 * what was made all the same carries its owner's labels, and is taken on or removed by the next `up`.
 */
export async function forgetPendingCreates(session: Session): Promise<void> {
  if (!hasPending(session)) return;
  const file = join(session.state.path, `pending-${process.pid}.json`);
  try {
    await pulumiOutput(session, ["stack", "export", "--file", file]);
    // Importing a state drops its pending operations.
    await pulumiOutput(session, ["stack", "import", "--file", file]);
  } finally {
    rmSync(file, { force: true });
  }
  say(`a killed run was in the middle of something in stack ${session.stack}: what it left is taken on or removed`);
}

function hasPending({ state, stack }: Session): boolean {
  return (readCheckpoint(state, stack).pending_operations ?? []).length > 0;
}
