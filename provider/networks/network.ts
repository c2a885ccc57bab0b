import { resolveLocalEngine } from "../../engine/connection.ts";
import { undefinedIfNotFound } from "../../engine/engine.ts";
import { inspectImportedNetwork } from "../import/imported-network.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { needsManagerUpdate, type Managers } from "../swarm/manager-pool.ts";
import { inspectInSwarm, managerFinder, optionalManagerFinder, withManager } from "../swarm/with-manager.ts";
import { type NetworkSpec, networkSpecFrom, withoutEmptyFields } from "./network-spec.ts";
import { removeNetwork } from "./remove-network.ts";

export interface NetworkInputs {
  managers: Managers;
  swarmId: string;
  /** Docker cannot change a network, so every change replaces it. */
  spec: NetworkSpec;
}

/** A network of the Swarm that `pulumi import` read. New networks are those of @pulumi/docker, in an OverlayNetwork. */
export const Network: ResourceHandler<NetworkInputs> = {
  async check(_olds, news) {
    const { spec } = news;
    return { inputs: { ...news, spec: containsUnknown(spec) ? spec : withoutEmptyFields(spec) }, failures: [] };
  },

  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId", "spec"]);
    const changes = replaces.length > 0 || needsManagerUpdate(olds.managers, news.managers);
    // Docker does not allow two networks of one name.
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const { spec } = inputs;
    const id = await withManager(`network ${spec.Name}`, managerFinder(inputs), async (manager) => {
      if (await undefinedIfNotFound(manager.inspectNetwork(spec.Name, { scope: "swarm" }))) {
        throw new ResourceError(
          `network ${spec.Name}: exists already: import it with \`pulumi import swarm:index:Network\`, or remove it`,
        );
      }
      return manager.createNetwork({ ...spec, Scope: "swarm", CheckDuplicate: true });
    });
    return { id, outs: inputs };
  },

  async read(id, state, engine = resolveLocalEngine) {
    if (!state) {
      const found = await inspectImportedNetwork(id, engine());
      return found ? { ...found, props: found.inputs } : NOT_FOUND;
    }
    const live = await inspectInSwarm(`network ${state.spec.Name}`, state, (manager) =>
      manager.inspectNetwork(id, { scope: "swarm" }),
    );
    if (!live) return NOT_FOUND;
    const inputs = { ...state, spec: networkSpecFrom(live) };
    return { id, props: inputs, inputs };
  },

  /** Other managers, which do not change the network itself. */
  async update(_id, _olds, news) {
    return { outs: news };
  },

  async delete(id, state) {
    await removeNetwork(optionalManagerFinder(state), id, state.spec.Name);
  },
};
