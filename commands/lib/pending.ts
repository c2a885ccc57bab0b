import { writeIfChanged } from "../../toolchain/cache.ts";
import { say } from "../../toolchain/progress.ts";
import { withStackLock } from "./locks.ts";
import type { Session } from "./pulumi.ts";
import { readStoredState, stackFile } from "./state.ts";

/**
 * Removes from a stack's state what a killed run had begun to create: Pulumi would warn of it at every run. Nothing is
 * lost: what was created all the same carries its owner's labels, and the next `up` adopts or removes it. In a cloud
 * no run would do so, and it would go on costing: there Pulumi keeps warning.
 *
 * Does nothing while any update runs: what that has begun is not left over. The stack's lock is held from the look at the
 * state to the end of the write, so that no newer state is overwritten; `pulumi stack import` locks only to write.
 */
export function clearPendingCreates(session: Session): void {
  const { state, stack } = session;
  const message = withStackLock(state, stack, () => {
    const stored = readStoredState(state, stack);
    const latest = stored.checkpoint?.latest;
    const pending = (latest?.pending_operations ?? []).map(({ resource }) => resource.urn);
    if (!latest || pending.length === 0) return undefined;
    const inCloud = pending.filter((urn) => /::(?:[^:]+\$)?aws:/.test(urn)).map((urn) => urn.split("::").at(-1));
    if (inCloud.length > 0) {
      const names = [...new Set(inCloud)].join(", ");
      return (
        `a killed run was making ${names}: look in AWS for what has that name and is not in the stack, remove it there, ` +
        "then run `pulumi refresh --clear-pending-creates`"
      );
    }
    delete latest.pending_operations;
    writeIfChanged(stackFile(state, stack), JSON.stringify(stored, undefined, 4), 0o600);
    return `a killed run was in the middle of something in stack ${stack}: the next \`up\` adopts or removes what it left`;
  });
  if (message) say(message);
}
