import { writeIfChanged } from "../../toolchain/cache.ts";
import { say } from "../../toolchain/progress.ts";
import { withStackLock } from "./locks.ts";
import type { Session } from "./pulumi.ts";
import { readStoredState, stackFile } from "./state.ts";

/**
 * Removes the pending creates of a killed run from a stack's state, of which Pulumi would warn at every run. Nothing is
 * lost: whatever was created has its owner's labels, and the next `up` adopts or removes it. Cloud resources have no
 * such labels and cost money, so for them Pulumi keeps warning.
 *
 * Does nothing while an update runs. Holds the stack's lock from reading the state to writing it, so that no newer state
 * is overwritten; `pulumi stack import` locks only for the write.
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
        `a killed run was creating ${names}: find what has that name in AWS but is not in the stack, remove it there, ` +
        "then run `pulumi refresh --clear-pending-creates`"
      );
    }
    delete latest.pending_operations;
    writeIfChanged(stackFile(state, stack), JSON.stringify(stored, undefined, 4), 0o600);
    return `a killed run did not finish in stack ${stack}: the next \`up\` adopts or removes what it created`;
  });
  if (message) say(message);
}
