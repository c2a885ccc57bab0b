import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { isNetworkInUse } from "../../engine/errors.ts";
import { type FindManager, waitWithManager } from "../swarm/with-manager.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready } from "../runtime/poll.ts";

/** How long tasks and containers may take to leave a network, in seconds. */
const RELEASE_SECONDS = 120;

/**
 * Removes a network of a Swarm once nothing is attached to it.
 *
 * @throws ResourceError if something still is after two minutes
 */
export async function removeNetwork(find: FindManager<Engine | undefined>, id: string, name: string): Promise<void> {
  await waitWithManager(
    find,
    async (manager) => {
      if (manager) await undefinedIfNotFound(manager.removeNetwork(id));
      return ready(undefined);
    },
    // Tasks on it may be stopping.
    { subject: `network ${name}`, timeoutSeconds: RELEASE_SECONDS, isRetryable: isNetworkInUse },
    (because) => new ResourceError(`network ${name}: ${because}: stop or detach what uses it first`),
  );
}
