import { rmSync } from "node:fs";
import { join } from "node:path";
import { say } from "../../toolchain/progress.ts";
import { pulumiOutput, type Session } from "./pulumi.ts";
import { readCheckpoint } from "./state.ts";

/**
 * Has Pulumi forget what a killed run had begun to create: it would go on warning of it at every run. Nothing is lost:
 * what was made all the same carries its owner's labels, and is taken on or removed by the next `up`. In a cloud nobody
 * does that, and what is forgotten there goes on costing: then Pulumi keeps warning.
 */
export async function forgetPendingCreates(session: Session): Promise<void> {
  const pending = pendingOf(session);
  if (pending.length === 0) return;
  const inCloud = pending.filter((urn) => /::(?:[^:]+\$)?aws:/.test(urn)).map((urn) => urn.split("::").at(-1));
  if (inCloud.length > 0) {
    const names = [...new Set(inCloud)].join(", ");
    return say(
      `a killed run was making ${names}: look in AWS for what has that name and is not in the stack, remove it there, ` +
        "then run `pulumi refresh --clear-pending-creates`",
    );
  }
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

/** URNs of what was begun and not finished. */
function pendingOf({ state, stack }: Session): string[] {
  return (readCheckpoint(state, stack).pending_operations ?? []).map(({ resource }) => resource.urn);
}
