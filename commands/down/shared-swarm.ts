import { listSwarmObjects, remainingObjectsError } from "../../provider/swarm/swarm-inventory.ts";
import { findManager } from "../../provider/swarm/manager-pool.ts";
import { createdSwarms, type ExportedStack } from "../lib/recorded-stack.ts";

/**
 * Refuses to destroy a stack whose Swarm others use, while all of the stack is still there: Pulumi ends the Swarm last.
 *
 * @throws with what the Swarm holds
 */
export async function assertNotShared(exported: ExportedStack): Promise<void> {
  const ids = new Set(exported.deployment.resources?.flatMap(({ id }) => id ?? []));
  for (const { id, managers, owner } of createdSwarms(exported)) {
    // A Swarm that cannot be asked, such as a locked one, is left to its own resource, which checks again.
    const engine = await findManager(managers, id).catch(() => undefined);
    if (!engine) continue;
    const refusal = remainingObjectsError(id, await listSwarmObjects(engine, { owner, ids }));
    if (refusal) throw new Error(`${refusal}; nothing was changed`);
  }
}
