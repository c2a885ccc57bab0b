import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { isNetworkInUse } from "../../engine/errors.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import type { NetworkDetails } from "../../engine/types.ts";
import type { NetworkConfigOnHost } from "../../core/requirement.ts";
import { addressesLabel, toHostConfig } from "../preflight/config-only-networks.ts";
import { describeOwner, isOwned, type Owner, ownerLabels, SWARM_LABEL } from "../../core/labels.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { changedKeys, containsUnknown, deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { networkImportError } from "./import-error.ts";
import { ready, waitFor } from "../runtime/poll.ts";

export interface ConfigOnlyNetworkInputs {
  /** The host's key. */
  host: string;
  connection: EngineConnection;
  /** The engine's id. A new machine does not have the network yet. */
  machineId: string;
  swarmId: string;
  owner: Owner;
  /** The name that the `--config-from` network refers to. */
  name: string;
  config: NetworkConfigOnHost;
}

export interface ConfigOnlyNetworkState extends ConfigOnlyNetworkInputs {
  /** The network's id on its host, by which the preflight recognises a recorded network. */
  networkId?: string;
}

/** How long containers may take to leave a network, in seconds: longer than any sensible grace period. */
const RELEASE_SECONDS = 120;

/**
 * A host's `--config-only` network: it carries no traffic, but holds IPAM and driver options for the swarm-scoped
 * `--config-from` network. It is immutable, and cannot be removed while a container of the host uses that network.
 */
export const ConfigOnlyNetwork: ResourceHandler<ConfigOnlyNetworkInputs, ConfigOnlyNetworkState> = {
  /** Keeps the owner: Docker cannot change a network's labels, and a renamed owner must not replace the network. */
  async check(olds, news) {
    return { inputs: { ...news, owner: olds.owner ?? news.owner }, failures: [] };
  },

  async diff(_id, olds, news) {
    const differ = changedKeys(olds, news, ["host", "name", "config"]);
    // An unknown value may turn out to be unchanged.
    const replaces = differ.filter((key) => !containsUnknown(news[key as keyof ConfigOnlyNetworkInputs]));
    // A new machine gets a new network. The one on the old machine, which usually no longer exists, is not removed.
    const changed = changedKeys(olds, news, ["connection", "machineId", "swarmId"]);
    return { changes: differ.length + changed.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const networkId = await ensureNetwork(inputs);
    return { id: `${inputs.host}/${inputs.name}`, outs: { ...inputs, networkId } };
  },

  async read(id, state) {
    if (!state) throw networkImportError(id);
    const { networkId: _id, ...inputs } = state;
    try {
      const live = await inspectNetwork(state);
      return live && isOwned(live.Labels, state.owner) ? { id, props: state, inputs } : NOT_FOUND;
    } catch (error) {
      // A host that is down still has its networks.
      if (!(error instanceof UnreachableError)) throw error;
      logLine(`host ${state.host} cannot be reached: its network ${state.name} is assumed unchanged`);
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
      logLine(`host ${state.host} cannot be reached: its network ${state.name} was not removed`);
    }
  },
};

/** Creates the network. Reuses a matching one from a killed `up` or from another connection to the same machine. */
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
    Labels: { ...labels, ...ownerLabels(owner), ...addressesLabel(config), [SWARM_LABEL]: swarmId },
  });
}

async function inspectNetwork({ connection, name }: ConfigOnlyNetworkInputs): Promise<NetworkDetails | undefined> {
  const networks = await new Engine(connection).listNetworks({ name: [name] });
  return networks.find((network) => network.Name === name);
}

/** Removes the network. The engine releases it a moment after the last container has left. */
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
    (because) => new ResourceError(`network ${Name} on host ${host}: ${because}: stop or detach what uses it first`),
  );
}
