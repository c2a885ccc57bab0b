import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { isNetworkInUse } from "../../engine/errors.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import type { NetworkDetails } from "../../engine/types.ts";
import type { NetworkConfigOnHost } from "../../core/requirement.ts";
import { toHostConfig } from "../preflight/config-only-networks.ts";
import { describeOwner, isOwned, type Owner, ownerLabels, SWARM_LABEL } from "../../core/labels.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { changedKeys, containsUnknown, deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, waitFor } from "../runtime/poll.ts";

export interface ConfigOnlyNetworkInputs {
  /** The host's key. */
  host: string;
  connection: EngineConnection;
  /** Another machine has nothing of it. */
  machineId: string;
  swarmId: string;
  owner: Owner;
  /** The name that the network of the Swarm asks for. */
  name: string;
  config: NetworkConfigOnHost;
}

export interface ConfigOnlyNetworkState extends ConfigOnlyNetworkInputs {
  /** The network's id on its host; the preflight recognises a recorded network by it. */
  networkId?: string;
}

/** How long the containers on a network may take to leave it, in seconds; longer than any sensible grace period. */
const RELEASE_SECONDS = 120;

/**
 * What a network is made of on one host: a network of Docker's that is none, but holds addresses and options for the
 * one of the Swarm. It cannot be changed, and not be removed while a container of the host is on the network.
 */
export const ConfigOnlyNetwork: ResourceHandler<ConfigOnlyNetworkInputs, ConfigOnlyNetworkState> = {
  /** Docker cannot change a network's labels: a renamed owner must not replace it. */
  async check(olds, news) {
    return { inputs: { ...news, owner: olds.owner ?? news.owner }, failures: [] };
  },

  async diff(_id, olds, news) {
    const differ = changedKeys(olds, news, ["host", "name", "config"]);
    // What is not known yet may turn out to be what it was.
    const replaces = differ.filter((key) => !containsUnknown(news[key as keyof ConfigOnlyNetworkInputs]));
    // On another machine it is made anew; what the former one, mostly gone, has of it is nobody's network.
    const changed = changedKeys(olds, news, ["connection", "machineId", "swarmId"]);
    return { changes: differ.length + changed.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const networkId = await ensureNetwork(inputs);
    return { id: `${inputs.host}/${inputs.name}`, outs: { ...inputs, networkId } };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`network ${id} cannot be imported: declare it, and it is made`);
    const { networkId: _id, ...inputs } = state;
    try {
      const live = await inspectNetwork(state);
      return live && isOwned(live.Labels, state.owner) ? { id, props: state, inputs } : NOT_FOUND;
    } catch (error) {
      // A host that is down has lost nothing by that.
      if (!(error instanceof UnreachableError)) throw error;
      logLine(`host ${state.host} cannot be reached: its part of the network is taken to be as it was`);
      return { id, props: state, inputs };
    }
  },

  async update(_id, _olds, news) {
    return { outs: { ...news, networkId: await ensureNetwork(news) } };
  },

  async delete(_id, state) {
    try {
      const live = await inspectNetwork(state);
      if (live && isOwned(live.Labels, state.owner)) await removeNetwork(live, state);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      logLine(`host ${state.host} cannot be reached; should it come back, its network ${state.name} is still there`);
    }
  },
};

/** Makes it, unless a killed `up`, or the former connection to the same machine, has made just that. */
async function ensureNetwork(inputs: ConfigOnlyNetworkInputs): Promise<string> {
  const { host, connection, name, config, owner, swarmId } = inputs;
  const live = await inspectNetwork(inputs);
  if (live && !isOwned(live.Labels, owner)) {
    throw new ResourceError(
      `network ${name}: host ${host} has one of that name that belongs to ${describeOwner(live.Labels)}: ` +
        "use the state that created it, or choose another networkName",
    );
  }
  if (live && deepEqual(toHostConfig(live), config) && live.Labels?.[SWARM_LABEL] === swarmId) return live.Id;
  if (live) await removeNetwork(live, inputs);
  const { subnet, gateway, ipRange, options, labels } = config;
  return new Engine(connection).createNetwork({
    Name: name,
    CheckDuplicate: true,
    ConfigOnly: true,
    IPAM: {
      Driver: "default",
      Config: subnet ? [{ Subnet: subnet, Gateway: gateway, ...(ipRange && { IPRange: ipRange }) }] : [],
    },
    Options: options,
    Labels: { ...labels, ...ownerLabels(owner), [SWARM_LABEL]: swarmId },
  });
}

async function inspectNetwork({ connection, name }: ConfigOnlyNetworkInputs): Promise<NetworkDetails | undefined> {
  const networks = await new Engine(connection).listNetworks({ name: [name] });
  return networks.find((network) => network.Name === name);
}

/** The engine lets go of it a moment after the last container has left the network. */
async function removeNetwork(
  { Id, Name }: NetworkDetails,
  { host, connection }: ConfigOnlyNetworkInputs,
): Promise<void> {
  await waitFor(
    async () => {
      await undefinedIfNotFound(new Engine(connection).removeNetwork(Id));
      return ready(undefined);
    },
    { subject: `network ${Name} on host ${host}`, timeoutSeconds: RELEASE_SECONDS, isRetryable: isNetworkInUse },
    (because) => new ResourceError(`network ${Name} on host ${host}: ${because}: what uses it has to leave it first`),
  );
}
