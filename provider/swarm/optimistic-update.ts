import { isVersionConflict } from "../../engine/errors.ts";
import type { ServiceDetails, ServiceSpec } from "../../engine/types.ts";
import { projectOntoDesired } from "../service/normalize-spec.ts";
import { withManager, type FindManager } from "./with-manager.ts";
import { deepEqual } from "../runtime/diff.ts";

/** How often a change is tried. */
const MAX_ATTEMPTS = 5;

/**
 * Makes a change that reads what is there and writes it against its version. When somebody else wrote in between,
 * Swarm's own updater among them, it is made again on what is there now.
 */
export async function retryOnVersionConflict<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      if (!isVersionConflict(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/**
 * Writes a service's spec, whole, also where it is what is there: that alone makes Swarm's updater begin anew. After an
 * error that leaves open whether the Swarm has it, as a connection that is reset, it is written again only if it has
 * not: written twice, the updater would go on to the next task.
 */
export async function updateServiceSpec(
  find: FindManager,
  id: string,
  settings: (service: ServiceDetails) => ServiceSpec,
): Promise<void> {
  let written: { before: ServiceDetails; spec: ServiceSpec } | undefined;
  await withManager(`service ${id}`, find, (manager) =>
    retryOnVersionConflict(async () => {
      const before = await manager.inspectService(id);
      if (written && isApplied(written, before)) return;
      const spec = settings(before);
      try {
        await manager.updateService(id, before.Version.Index, spec);
      } catch (error) {
        written = isVersionConflict(error) ? undefined : { before, spec };
        throw error;
      }
    }),
  );
}

/** Whether a service has a spec that was written: its updater has begun since, or has been reset. */
function isApplied(
  { before, spec }: { before: ServiceDetails; spec: ServiceSpec },
  { Version, Spec, UpdateStatus }: ServiceDetails,
): boolean {
  return (
    Version.Index !== before.Version.Index &&
    UpdateStatus?.StartedAt !== before.UpdateStatus?.StartedAt &&
    deepEqual(spec, projectOntoDesired(spec, Spec))
  );
}
