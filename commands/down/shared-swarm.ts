import { listSwarmObjects, remainingObjectsError } from "../../provider/swarm/swarm-inventory.ts";
import { findManager } from "../../provider/swarm/manager-pool.ts";
import { createdSwarms, type ExportedStack } from "../lib/recorded-stack.ts";

/**
 * Rejects destroying a stack if others use its Swarm. Checks this before anything is deleted, because Pulumi deletes
 * the Swarm last.
 *
 * @throws with the other contents of the Swarm
 */
export async function assertNotShared(exported: ExportedStack): Promise<void> {
  const ids = new Set(exported.deployment.resources?.flatMap(({ id }) => id ?? []));
  for (const { id, managers, owner } of createdSwarms(exported)) {
    // The Swarm's own resource checks again; this covers a Swarm that cannot be inspected here, such as a locked one.
    const engine = await findManager(managers, id).catch(() => undefined);
    if (!engine) continue;
    const refusal = remainingObjectsError(id, await listSwarmObjects(engine, { owner, ids }));
    if (refusal) throw new Error(`${refusal}; nothing was changed`);
  }
}
