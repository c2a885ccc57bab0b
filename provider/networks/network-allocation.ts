import { changedKeys } from "../runtime/diff.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { stateOnlyHandler } from "../state/state-only-handler.ts";
import { managerFinder, type SwarmManagers } from "../swarm/with-manager.ts";
import { waitForAllocation } from "./allocation.ts";

export interface NetworkAllocationInputs extends SwarmManagers {
  /** An overlay network that this stack creates. */
  networkId: string;
}

const stateOnly = stateOnlyHandler<NetworkAllocationInputs>(
  (id) => `network allocation ${id} cannot be imported: declare an OverlayNetwork instead`,
);

/** Fails if Swarm gave an overlay network no addresses, so that this is an error even if no service uses the network. */
export const NetworkAllocation: ResourceHandler<NetworkAllocationInputs> = {
  ...stateOnly,

  recordedOnce: ["managers", "swarmId"],

  async diff(_id, olds, news) {
    return { changes: changedKeys(olds, news, ["networkId"]).length > 0 };
  },

  async create(inputs) {
    await waitForAllocation(managerFinder(inputs), [inputs.networkId]);
    return stateOnly.create(inputs);
  },

  /** The network was replaced. */
  async update(_id, _olds, news) {
    await waitForAllocation(managerFinder(news), [news.networkId]);
    return { outs: news };
  },
};
