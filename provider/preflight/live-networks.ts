import type { NetworkDetails } from "../../engine/types.ts";
import { DEFAULT_MTU, ENCRYPTED_OPTION } from "../../core/networks/overlay-spec.ts";
import { isOwned, NAME_LABEL, type Owner, userLabels } from "../../core/labels.ts";
import { MTU_OPTION } from "../../core/network-rules.ts";
import type { NetworkRequirement, NetworkSettings } from "../../core/requirement.ts";
import { configDifferences } from "./config-only-networks.ts";
import { stableJson } from "./field-diff.ts";
import { isOurNetwork, isOurService, listNetworks, listServices, type ClusterSnapshot } from "./snapshot.ts";
import type { FieldDiff } from "./field-diff.ts";

/** A service that has to let go of a network before the network can be made anew. */
export interface PlannedOutage {
  network: string;
  networkId: string;
  services: { id: string; name: string }[];
}

/** A network that a killed `up` left behind. */
export interface OrphanedNetwork {
  network: string;
  networkId: string;
}

/**
 * Returns the network that exists for a requirement: one to adopt, or one that this stack created. After a change of
 * `networkName` it still has its former name; its name label then tells which component it belongs to.
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

/** The requirement with what a network that is taken on already is, where nothing else is asked for. */
export function withLiveDefaults(requirement: NetworkRequirement, snapshot: ClusterSnapshot): NetworkRequirement {
  const live = requirement.adopt ? liveNetwork(requirement, snapshot) : undefined;
  return live
    ? { ...requirement, settings: { ...toSettings(live), ...definedFields(requirement.settings) } }
    : requirement;
}

/** Where a network differs from what it is to be, by argument; only what is asked for counts. */
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
  const wanted = { networkName: requirement.name, ...requirement.settings };
  const found = { networkName: live.Name, ...toSettings(live) };
  return (
    Object.keys(found)
      .map((argument) => argument as keyof typeof found)
      .filter(
        (argument) => wanted[argument] !== undefined && stableJson(wanted[argument]) !== stableJson(found[argument]),
      )
      // With another subnet the gateway is another as well.
      .filter((argument, _, all) => argument !== "gateway" || !all.includes("subnet"))
      .map((argument) => ({ argument, wanted: wanted[argument], found: found[argument] }))
  );
}

/** What of a network is its own, and not its parts'. */
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

/** What uses a network: this stack's services, and what is somebody else's. */
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

/** What has to be stopped for networks that are to be made anew. Empty unless that is allowed. */
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
 * Returns networks that carry this state's identity, that nothing uses and that the state does not record: a killed
 * `up` left them behind. They are removed, even one that is wanted: it is created again.
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

/** The snapshot once some networks are gone. */
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

function toSettings({ Attachable, Internal, IPAM, Labels, Options }: NetworkDetails): Required<NetworkSettings> {
  const [addresses] = IPAM.Config ?? [];
  return {
    encrypted: ENCRYPTED_OPTION in (Options ?? {}),
    attachable: Attachable,
    internal: Internal,
    mtu: Number(Options?.[MTU_OPTION] ?? DEFAULT_MTU),
    subnet: addresses?.Subnet ?? "",
    gateway: addresses?.Gateway ?? "",
    ipRange: addresses?.IPRange ?? "",
    labels: userLabels(Labels ?? {}),
  };
}
