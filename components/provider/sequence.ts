import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/transport.ts";
import type { ServiceDetails, ServiceSpec } from "../engine/types.ts";

/** How often a change is tried. */
const ATTEMPTS = 5;

/**
 * Makes a change that reads what is there and writes it against its version. When somebody else wrote in between,
 * Swarm's own updater among them, it is made again on what is there now.
 */
export async function inSequence<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      const isOutdated = error instanceof EngineError && /update out of sequence/.test(error.message);
      if (!isOutdated || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Writes a service's spec, whole, also where it is what is there: that alone makes Swarm's updater begin anew. */
export function writeService(
  manager: Engine,
  id: string,
  settings: (service: ServiceDetails) => ServiceSpec,
): Promise<void> {
  return inSequence(async () => {
    const service = await manager.service(id);
    await manager.updateService(id, service.Version.Index, settings(service));
  });
}
