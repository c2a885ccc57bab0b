import type { NetworkDetails } from "../../engine/types.ts";
import { DEFAULT_MTU, ENCRYPTED_OPTION, toIpamConfigs } from "../../core/networks/overlay-spec.ts";
import { isOwned, NAME_LABEL, type Owner, userLabels } from "../../core/labels.ts";
import { MTU_OPTION } from "../../core/network-rules.ts";
import type { NetworkRequirement, NetworkSettings } from "../../core/requirement.ts";
import type { NetworkAddresses } from "../../core/networks/cidr.ts";
import { configDifferences, toAddresses } from "./config-only-networks.ts";
import { isOurNetwork, isOurService, listNetworks, listServices, type ClusterSnapshot } from "./snapshot.ts";
import { type FieldDiff, stableJson } from "./field-diff.ts";

/** Services that are stopped so that their network can be replaced. */
export interface PlannedOutage {
  network: string;
  networkId: string;
  services: { id: string; name: string }[];
}

/** A network that an interrupted `up` created but did not record. */
export interface OrphanedNetwork {
  network: string;
  networkId: string;
}

/**
 * Returns the existing network for a requirement: one to adopt, or one that this stack created. After a change of
 * `networkName` it still has its old name and is found by its name label.
 */
export function liveNetwork(requirement: NetworkRequirement, snapshot: ClusterSnapshot): NetworkDetails | undefined {
  const networks = listNetworks(snapshot).map(({ network }) => network);
  if (!requirement.adopt) {
    const ours = networks.filter(
      (network) => !network.ConfigOnly && isOurNetwork(network, requirement.owner, snapshot),
    );
    return (
      ours.find(({ Name }) => Name === requirement.name) ??
      ours.find(({ Labels }) => Labels?.[NAME_LABEL] === requirement.owner.name)
    );
  }
  const named = networks.filter(({ Name }) => Name === requirement.name);
  return named.find(({ Scope }) => Scope === "swarm") ?? named[0];
}

/** Fills the settings that are not given from the network to adopt. */
export function withLiveDefaults(requirement: NetworkRequirement, snapshot: ClusterSnapshot): NetworkRequirement {
  const live = requirement.adopt ? liveNetwork(requirement, snapshot) : undefined;
  return live
    ? { ...requirement, settings: { ...toSettings(live), ...definedFields(requirement.settings) } }
    : requirement;
}

/** Returns the differences between a network and its requirement, by argument. Only given settings are compared. */
export function networkDifferences(
  requirement: NetworkRequirement,
  live: NetworkDetails,
  snapshot: ClusterSnapshot,
): FieldDiff[] {
  if (requirement.perHostConfig)
    return [
      ...swarmNetworkDifferences(requirement, live),
      ...configDifferences(requirement, requirement.perHostConfig, snapshot),
    ];
  const { name, adopt, settings, deferred = [] } = requirement;
  const addresses: NetworkAddresses = (adopt ? settings : toIpamConfigs(settings)[0]) ?? {};
  const { subnet, gateway, ipRange } = addresses;
  const wanted = { networkName: name, ...settings, subnet, gateway, ipRange };
  const found = { networkName: live.Name, ...toSettings(live) };
  // Without `ipRange`, a network that this stack created uses all of `subnet`. Other settings that are not given are
  // not compared.
  const isCompared = (argument: keyof typeof found) =>
    !deferred.includes(argument) && (wanted[argument] !== undefined || (argument === "ipRange" && !adopt && subnet));
  return (
    Object.keys(found)
      .map((argument) => argument as keyof typeof found)
      .filter((argument) => isCompared(argument) && stableJson(wanted[argument]) !== stableJson(found[argument]))
      // A new subnet implies a new gateway.
      .filter((argument, _, all) => argument !== "gateway" || !all.includes("subnet"))
      .map((argument) => ({ argument, wanted: wanted[argument], found: found[argument] }))
  );
}

/** Compares the settings of the Swarm's network itself, without those of its config-only networks. */
function swarmNetworkDifferences(
  { name, settings, perHostConfig }: NetworkRequirement,
  live: NetworkDetails,
): FieldDiff[] {
  const pairs: FieldDiff[] = [
    { argument: "networkName", wanted: name, found: live.Name },
    { argument: "driver", wanted: perHostConfig?.driver, found: live.Driver },
    { argument: "attachable", wanted: settings.attachable, found: live.Attachable },
  ];
  return pairs.filter(({ wanted, found }) => wanted !== undefined && wanted !== found);
}

/** Returns the users of a network: this stack's services, and everything else that is attached. */
export function listAttached(network: NetworkDetails, owner: Owner, snapshot: ClusterSnapshot) {
  const services = listServices(snapshot).filter(({ Spec }) =>
    Spec.TaskTemplate.Networks?.some(({ Target }) => Target === network.Id),
  );
  const ours = services.filter((service) => isOurService(service, owner, snapshot));
  const containers = Object.values(snapshot.hosts)
    .flatMap(({ containers }) => containers)
    .filter(({ Labels }) => Labels["com.docker.swarm.service.id"] === undefined)
    .filter(({ NetworkSettings }) =>
      Object.values(NetworkSettings?.Networks ?? {}).some(({ NetworkID }) => NetworkID === network.Id),
    );
  return {
    services: ours.map(({ ID, Spec }) => ({ id: ID, name: Spec.Name })),
    foreign: [
      ...services.filter((service) => !ours.includes(service)).map(({ Spec }) => `service ${Spec.Name}`),
      ...containers.map(({ Names, Id }) => `container ${Names[0]?.replace(/^\//, "") ?? Id}`),
    ],
  };
}

/** Returns the services to stop so that networks can be replaced. Empty without `allowOutage`. */
export function plannedOutages(
  requirements: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): PlannedOutage[] {
  if (!snapshot.allowOutage) return [];
  return requirements.flatMap((requirement) => {
    const live = requirement.adopt ? undefined : liveNetwork(requirement, snapshot);
    if (!live || networkDifferences(requirement, live, snapshot).length === 0) return [];
    const { services } = listAttached(live, requirement.owner, snapshot);
    return services.length > 0 ? [{ network: live.Name, networkId: live.Id, services }] : [];
  });
}

/**
 * Returns the unused networks with this state's owner label that the state does not record, because the `up` that created
 * them was interrupted. All are removed; a network that is still needed is created again.
 */
export function listOrphanedNetworks(owner: Owner, snapshot: ClusterSnapshot): OrphanedNetwork[] {
  const { recordedIds } = snapshot;
  if (!recordedIds) return [];
  return listNetworks(snapshot)
    .map(({ network }) => network)
    .filter(({ Id, Labels, Scope }) => Scope === "swarm" && isOwned(Labels, owner) && !recordedIds.includes(Id))
    .filter((network) => {
      const { services, foreign } = listAttached(network, owner, snapshot);
      return services.length === 0 && foreign.length === 0;
    })
    .map(({ Id, Name }) => ({ networkId: Id, network: Name }));
}

/** Returns the snapshot without these networks. */
export function withoutNetworks(snapshot: ClusterSnapshot, gone: readonly OrphanedNetwork[]): ClusterSnapshot {
  const ids = new Set(gone.map(({ networkId }) => networkId));
  const hosts = Object.entries(snapshot.hosts).map(([key, host]) => {
    const networks = host.networks.filter(({ Id }) => !ids.has(Id));
    return [key, { ...host, networks }] as const;
  });
  return { ...snapshot, hosts: Object.fromEntries(hosts) };
}

function definedFields<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function toSettings({ Attachable, Internal, IPAM, Labels, Options }: NetworkDetails): NetworkSettings {
  return {
    encrypted: ENCRYPTED_OPTION in (Options ?? {}),
    attachable: Attachable,
    internal: Internal,
    mtu: Number(Options?.[MTU_OPTION] ?? DEFAULT_MTU),
    ...toAddresses(IPAM),
    labels: userLabels(Labels ?? {}),
  };
}
