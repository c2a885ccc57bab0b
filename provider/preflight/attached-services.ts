import type { NetworkDetails } from "../../engine/types.ts";
import { DEFAULT_MTU, ENCRYPTED_OPTION } from "../../core/networks/overlay-spec.ts";
import { isOwned, NAME_LABEL, type Owner, userLabels } from "../../core/labels.ts";
import { MTU_OPTION } from "../../core/network-rules.ts";
import type { NetworkRequirement, NetworkShape } from "../../core/requirement.ts";
import { partDifferences } from "./network-parts.ts";
import { comparable } from "./difference.ts";
import { isOurNetwork, isOurService, networksOf, servicesOf, type ClusterSnapshot } from "./snapshot.ts";
import type { FieldDiff } from "./difference.ts";

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
 * Returns the network that exists for a demand: one to adopt, or one that this stack created. After a change of
 * `networkName` it still has its former name; its name label then tells which component it belongs to.
 */
export function liveNetwork(demand: NetworkRequirement, situation: ClusterSnapshot): NetworkDetails | undefined {
  const networks = networksOf(situation).map(({ network }) => network);
  if (!demand.adopt) {
    const ours = networks.filter((network) => !network.ConfigOnly && isOurNetwork(network, demand.owner, situation));
    return (
      ours.find(({ Name }) => Name === demand.name) ??
      ours.find(({ Labels }) => Labels?.[NAME_LABEL] === demand.owner.name)
    );
  }
  const named = networks.filter(({ Name }) => Name === demand.name);
  return named.find(({ Scope }) => Scope === "swarm") ?? named[0];
}

/** The demand with what a network that is taken on already is, where nothing else is asked for. */
export function asFound(demand: NetworkRequirement, situation: ClusterSnapshot): NetworkRequirement {
  const live = demand.adopt ? liveNetwork(demand, situation) : undefined;
  return live ? { ...demand, shape: { ...shapeOf(live), ...given(demand.shape) } } : demand;
}

/** Where a network differs from what it is to be, by argument; only what is asked for counts. */
export function differences(demand: NetworkRequirement, live: NetworkDetails, situation: ClusterSnapshot): FieldDiff[] {
  if (demand.perHostConfig)
    return [...partedDifferences(demand, live), ...partDifferences(demand, demand.perHostConfig, situation)];
  const wanted = { networkName: demand.name, ...demand.shape };
  const found = { networkName: live.Name, ...shapeOf(live) };
  return (
    Object.keys(found)
      .map((argument) => argument as keyof typeof found)
      .filter(
        (argument) => wanted[argument] !== undefined && comparable(wanted[argument]) !== comparable(found[argument]),
      )
      // With another subnet the gateway is another as well.
      .filter((argument, _, all) => argument !== "gateway" || !all.includes("subnet"))
      .map((argument) => ({ argument, wanted: wanted[argument], found: found[argument] }))
  );
}

/** What of a network is its own, and not its parts'. */
function partedDifferences({ name, shape, perHostConfig }: NetworkRequirement, live: NetworkDetails): FieldDiff[] {
  const pairs: FieldDiff[] = [
    { argument: "networkName", wanted: name, found: live.Name },
    { argument: "driver", wanted: perHostConfig?.driver, found: live.Driver },
    { argument: "attachable", wanted: shape.attachable, found: live.Attachable },
  ];
  return pairs.filter(({ wanted, found }) => wanted !== undefined && wanted !== found);
}

/** What uses a network: this stack's services, and what is somebody else's. */
export function attachedTo(network: NetworkDetails, owner: Owner, situation: ClusterSnapshot) {
  const services = servicesOf(situation).filter(({ Spec }) =>
    Spec.TaskTemplate.Networks?.some(({ Target }) => Target === network.Id),
  );
  const ours = services.filter((service) => isOurService(service, owner, situation));
  const containers = Object.values(situation.hosts)
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
export function plannedOutages(demands: readonly NetworkRequirement[], situation: ClusterSnapshot): PlannedOutage[] {
  if (!situation.allowOutage) return [];
  return demands.flatMap((demand) => {
    const live = demand.adopt ? undefined : liveNetwork(demand, situation);
    if (!live || differences(demand, live, situation).length === 0) return [];
    const { services } = attachedTo(live, demand.owner, situation);
    return services.length > 0 ? [{ network: live.Name, networkId: live.Id, services }] : [];
  });
}

/**
 * Returns networks that carry this state's identity, that nothing uses and that the state does not record: a killed
 * `up` left them behind. They are removed, even one that is wanted: it is created again.
 */
export function leftoverNetworks(owner: Owner, situation: ClusterSnapshot): OrphanedNetwork[] {
  const { recorded } = situation;
  if (!recorded) return [];
  return networksOf(situation)
    .map(({ network }) => network)
    .filter(({ Id, Labels, Scope }) => Scope === "swarm" && isOwned(Labels, owner) && !recorded.includes(Id))
    .filter((network) => {
      const { services, foreign } = attachedTo(network, owner, situation);
      return services.length === 0 && foreign.length === 0;
    })
    .map(({ Id, Name }) => ({ networkId: Id, network: Name }));
}

/** The situation once some networks are gone. */
export function withoutNetworks(situation: ClusterSnapshot, gone: readonly OrphanedNetwork[]): ClusterSnapshot {
  const ids = new Set(gone.map(({ networkId }) => networkId));
  const hosts = Object.entries(situation.hosts).map(([key, host]) => {
    const networks = host.networks.filter(({ Id }) => !ids.has(Id));
    return [key, { ...host, networks }] as const;
  });
  return { ...situation, hosts: Object.fromEntries(hosts) };
}

function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function shapeOf({ Attachable, Internal, IPAM, Labels, Options }: NetworkDetails): Required<NetworkShape> {
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
