import { writeIfChanged } from "../../toolchain/cache.ts";
import { say } from "../../toolchain/progress.ts";
import { withStackLock } from "./locks.ts";
import type { Session } from "./pulumi.ts";
import { readStoredState, stackFile } from "./state.ts";

/**
 * Removes the pending creates of a killed run from a stack's state. Otherwise Pulumi would warn about them in every
 * run. Nothing is lost: the created objects have their owner's labels, and the next `up` adopts or removes them. Cloud
 * resources have no such labels and cost money, so Pulumi keeps warning about them.
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
        `a killed run was creating ${names}: remove any AWS resource of that name that is not in the stack, ` +
        "then run `pulumi refresh --clear-pending-creates`"
      );
    }
    delete latest.pending_operations;
    writeIfChanged(stackFile(state, stack), JSON.stringify(stored, undefined, 4), 0o600);
    return `a killed run did not finish in stack ${stack}: the next \`up\` adopts or removes what it created`;
  });
  if (message) say(message);
}
