import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { isNetworkInUse } from "../../engine/errors.ts";
import type { NetworkDetails } from "../../engine/types.ts";
import type { NetworkConfigOnHost } from "../../core/requirement.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import {
  withManager,
  type FindManager,
  optionalManagerFinder,
  managerFinder,
  waitWithManager,
} from "../swarm/with-manager.ts";
import { needsManagerUpdate, type Managers } from "../swarm/manager-pool.ts";
import { changedKeys, containsUnknown, deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready } from "../runtime/poll.ts";

export interface ConfigFromNetworkInputs {
  managers: Managers;
  swarmId: string;
  name: string;
  driver: string;
  attachable: boolean;
  /** Name of the networks of the hosts that hold what each one's part is made of. */
  configFrom: string;
  /** What they hold, by host key. */
  hostConfigs: Record<string, NetworkConfigOnHost>;
}

export interface ConfigFromNetworkState extends ConfigFromNetworkInputs {
  /** The network's id in the Swarm; the preflight knows by it what is this stack's. */
  networkId: string;
}

/** How long tasks and containers may take to leave a network, in seconds. */
const RELEASE_SECONDS = 120;

/**
 * A network of the Swarm that every host makes of a part of its own. It has no labels: Docker refuses them of one that
 * is made so, and whose it is, the parts' labels tell.
 */
export const ConfigFromNetwork: ResourceHandler<ConfigFromNetworkInputs, ConfigFromNetworkState> = {
  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId", "name", "driver", "attachable", "configFrom"]);
    // Pulumi asks with all of the parts unknown when one of them has to go: this network goes before it.
    const isAsked = typeof news.hostConfigs !== "object";
    if (isAsked || hasChangedHostConfig(olds.hostConfigs, news.hostConfigs)) replaces.push("hostConfigs");
    const changes =
      replaces.length > 0 ||
      !deepEqual(olds.hostConfigs, news.hostConfigs) ||
      needsManagerUpdate(olds.managers, news.managers);
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const networkId = await ensureNetwork(managerFinder(inputs), inputs);
    return { id: networkId, outs: { ...inputs, networkId } };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`network ${id} cannot be imported: declare it, and it is made`);
    const network = await withManager(
      `network ${state.name}`,
      optionalManagerFinder(state),
      async (manager) => manager && undefinedIfNotFound(manager.inspectNetwork(id)),
    );
    if (!network) return NOT_FOUND;
    const live = { ...state, name: network.Name, driver: network.Driver, attachable: network.Attachable };
    return { id, props: live, inputs: live };
  },

  /** More hosts, or fewer: the network itself does not know of them. */
  async update(id, _olds, news) {
    return { outs: { ...news, networkId: id } };
  },

  async delete(id, state) {
    await removeNetwork(optionalManagerFinder(state), id, state.name);
  },
};

/** Whether a host's part, or what all of them have in common, is another one; hosts may come and go. */
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

/** Makes the network, unless a killed `up` has. Gives back its id. */
async function ensureNetwork(find: FindManager, inputs: ConfigFromNetworkInputs): Promise<string> {
  const { name, driver, attachable } = inputs;
  const what = `network ${name}`;
  const existing = await withManager(what, find, (manager) => findOwnNetwork(manager, inputs));
  if (existing?.Driver === driver && existing.Attachable === attachable) return existing.Id;
  if (existing) await removeNetwork(find, existing.Id, name);
  // Tried again after an error that left it open, it finds the network that was made all the same.
  return withManager(
    what,
    find,
    async (manager) => (await findOwnNetwork(manager, inputs))?.Id ?? createNetwork(manager, inputs),
  );
}

/** The network of that name, if a killed `up` of this very stack made it: it is made of parts that are this stack's. */
async function findOwnNetwork(manager: Engine, inputs: ConfigFromNetworkInputs): Promise<NetworkDetails | undefined> {
  const { name, configFrom } = inputs;
  const network = (await manager.listNetworks({ name: [name] })).find(
    ({ Name, Scope }) => Name === name && Scope === "swarm",
  );
  if (!network) return undefined;
  if (network.ConfigFrom?.Network === configFrom) return network;
  throw new ResourceError(
    `networkName "${name}": a network of that name is there already and is not this stack's: choose another name, or remove it`,
  );
}

async function removeNetwork(find: FindManager<Engine | undefined>, id: string, name: string): Promise<void> {
  await waitWithManager(
    find,
    async (manager) => {
      if (manager) await undefinedIfNotFound(manager.removeNetwork(id));
      return ready(undefined);
    },
    // What is on it may just be leaving.
    { subject: `network ${name}`, timeoutSeconds: RELEASE_SECONDS, isRetryable: isNetworkInUse },
    (because) => new ResourceError(`network ${name}: ${because}: what uses it has to leave it first`),
  );
}
