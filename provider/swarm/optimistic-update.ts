import { isVersionConflict } from "../../engine/errors.ts";
import type { ServiceDetails, ServiceSpec } from "../../engine/types.ts";
import { projectOntoDesired } from "../service/normalize-spec.ts";
import { withManager, type FindManager } from "./with-manager.ts";
import { deepEqual } from "../runtime/diff.ts";

const MAX_ATTEMPTS = 5;

/**
 * Repeats a read-modify-write when the object's version changed in between, for example through Swarm's own updater.
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
 * Writes a service's spec, even if it is unchanged: that alone restarts Swarm's updater. When the outcome is unknown, for
 * example after a connection reset, it writes again only if the first write was lost: a second write would make the
 * updater continue with the next task.
 *
 * @param registryAuth login that nodes use to pull the image @default - the service's present login
 */
export async function updateServiceSpec(
  find: FindManager,
  id: string,
  settings: (service: ServiceDetails) => ServiceSpec,
  registryAuth?: string,
): Promise<void> {
  let written: { before: ServiceDetails; spec: ServiceSpec } | undefined;
  await withManager(`service ${id}`, find, (manager) =>
    retryOnVersionConflict(async () => {
      const before = await manager.inspectService(id);
      if (written && isApplied(written, before)) return;
      const spec = settings(before);
      try {
        await manager.updateService(id, before.Version.Index, spec, registryAuth);
      } catch (error) {
        written = isVersionConflict(error) ? undefined : { before, spec };
        throw error;
      }
    }),
  );
}

/** Returns whether a spec was written: the service has it, and its updater has started or been reset since. */
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
