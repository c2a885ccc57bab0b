import type { Engine } from "../../engine/engine.ts";
import type { NetworkDetails } from "../../engine/types.ts";
import type { NetworkConfigOnHost } from "../../core/requirement.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import {
  withManager,
  type FindManager,
  inspectInSwarm,
  optionalManagerFinder,
  managerFinder,
} from "../swarm/with-manager.ts";
import { needsManagerUpdate, type Managers } from "../swarm/manager-pool.ts";
import { changedKeys, containsUnknown, deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { networkImportError } from "./import-error.ts";
import { removeNetwork } from "./remove-network.ts";

export interface ConfigFromNetworkInputs {
  managers: Managers;
  swarmId: string;
  name: string;
  driver: string;
  attachable: boolean;
  /** Name of the --config-only network on each host. */
  configFrom: string;
  /** The configuration of those networks, by host key. */
  hostConfigs: Record<string, NetworkConfigOnHost>;
}

export interface ConfigFromNetworkState extends ConfigFromNetworkInputs {
  /** The network's id in the Swarm, by which the preflight recognises this stack's networks. */
  networkId: string;
}

/**
 * A swarm-scoped `--config-from` network, which each host creates from its own `--config-only` network. Docker allows no
 * labels on it, so the labels of the config-only networks name the owner.
 */
export const ConfigFromNetwork: ResourceHandler<ConfigFromNetworkInputs, ConfigFromNetworkState> = {
  async diff(_id, olds, news) {
    const differ = changedKeys(olds, news, ["swarmId", "name", "driver", "attachable", "configFrom"]);
    // A value that is not known yet may turn out to be the present one. An unknown Swarm is another one.
    const replaces = differ.filter((key) => key !== "attachable" || !containsUnknown(news.attachable));
    // When a config-only network is replaced, Pulumi passes all of them as unknown: this network must be removed first.
    const isConfigReplaced = typeof news.hostConfigs !== "object";
    if (isConfigReplaced || hasChangedHostConfig(olds.hostConfigs, news.hostConfigs)) replaces.push("hostConfigs");
    const changes =
      replaces.length + differ.length > 0 ||
      !deepEqual(olds.hostConfigs, news.hostConfigs) ||
      needsManagerUpdate(olds.managers, news.managers);
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const networkId = await ensureNetwork(managerFinder(inputs), inputs);
    return { id: networkId, outs: { ...inputs, networkId } };
  },

  async read(id, state) {
    if (!state) throw networkImportError(id);
    const network = await inspectInSwarm(`network ${state.name}`, state, (manager) => manager.inspectNetwork(id));
    if (!network) return NOT_FOUND;
    const live = { ...state, name: network.Name, driver: network.Driver, attachable: network.Attachable };
    return { id, props: live, inputs: live };
  },

  /** Hosts were added or removed, which does not change the network itself. */
  async update(id, _olds, news) {
    return { outs: { ...news, networkId: id } };
  },

  async delete(id, state) {
    await removeNetwork(optionalManagerFinder(state), id, state.name);
  },
};

/** Returns whether the configuration of a host changed. Ignores hosts that were added or removed. */
function hasChangedHostConfig(
  olds: Record<string, NetworkConfigOnHost>,
  news: Record<string, NetworkConfigOnHost>,
): boolean {
  const isKnown = (host: string) => olds[host] !== undefined && !containsUnknown(news[host]);
  return Object.keys(news).some((host) => isKnown(host) && !deepEqual(olds[host], news[host]));
}

function createNetwork(
  manager: Engine,
  { name, driver, attachable, configFrom }: ConfigFromNetworkInputs,
): Promise<string> {
  return manager.createNetwork({
    Name: name,
    CheckDuplicate: true,
    Driver: driver,
    Scope: "swarm",
    Attachable: attachable,
    ConfigFrom: { Network: configFrom },
  });
}

/** Creates the network, or reuses one that a killed `up` created. Returns its id. */
async function ensureNetwork(find: FindManager, inputs: ConfigFromNetworkInputs): Promise<string> {
  const { name, driver, attachable } = inputs;
  const what = `network ${name}`;
  const existing = await withManager(what, find, (manager) => findOwnNetwork(manager, inputs));
  if (existing?.Driver === driver && existing.Attachable === attachable) return existing.Id;
  if (existing) await removeNetwork(find, existing.Id, name);
  // Looks the network up before each attempt: after an error with an unknown outcome, it may exist.
  return withManager(
    what,
    find,
    async (manager) => (await findOwnNetwork(manager, inputs))?.Id ?? createNetwork(manager, inputs),
  );
}

/**
 * Returns the network of that name if a killed `up` of this stack created it: it uses this stack's config-only networks.
 *
 * @throws ResourceError when the name is taken by another network.
 */
async function findOwnNetwork(manager: Engine, inputs: ConfigFromNetworkInputs): Promise<NetworkDetails | undefined> {
  const { name, configFrom } = inputs;
  const network = (await manager.listNetworks({ name: [name] })).find(
    ({ Name, Scope }) => Name === name && Scope === "swarm",
  );
  if (!network) return undefined;
  if (network.ConfigFrom?.Network === configFrom) return network;
  throw new ResourceError(
    `networkName "${name}": a network of that name exists and does not belong to this stack: choose another name, or remove it`,
  );
}
