import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { inspectInSwarm, managerFinder, withManager } from "../swarm/with-manager.ts";
import { needsManagerUpdate, type Managers } from "../swarm/manager-pool.ts";
import { changedKeys } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { networkImportError } from "./import-error.ts";

export interface PredefinedNetworkInputs {
  managers: Managers;
  swarmId: string;
  /** A network that every engine has: `host`. */
  name: string;
}

/** A network that every Swarm has. It is only looked up, because its id in the Swarm differs from that on an engine. */
export const PredefinedNetwork: ResourceHandler<PredefinedNetworkInputs> = {
  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId", "name"]);
    return { changes: replaces.length > 0 || needsManagerUpdate(olds.managers, news.managers), replaces };
  },

  async create(inputs) {
    const { name } = inputs;
    const id = await withManager(`network ${name}`, managerFinder(inputs), (manager) => findNetworkId(manager, name));
    if (id === undefined) throw new ResourceError(`the Swarm has no network "${name}": upgrade its engines`);
    return { id, outs: inputs };
  },

  async read(id, state) {
    if (!state) throw networkImportError(id);
    const { name } = state;
    const found = await inspectInSwarm(`network ${name}`, state, (manager) => findNetworkId(manager, name));
    return found === id ? { id, props: state, inputs: state } : NOT_FOUND;
  },

  async update(_id, _olds, news) {
    return { outs: news };
  },

  async delete() {},
};

async function findNetworkId(manager: Engine, name: string): Promise<string | undefined> {
  return (await undefinedIfNotFound(manager.inspectNetwork(name, { scope: "swarm" })))?.Id;
}
