import type {
  ContainerSummary,
  EngineInfo,
  NetworkDetails,
  NodeDetails,
  ServiceDetails,
  SwarmDetails,
  VolumeDetails,
} from "../../engine/types.ts";
import { isSameAddress } from "../../core/ip-address.ts";
import { isOwned, type Owner } from "../../core/labels.ts";
import type { ServiceRequirement } from "../../core/requirement.ts";
import type { ClockBounds, MachineFacts } from "./facts/machine.ts";

/** The state of one host, as its engine reports it. */
export interface HostSnapshot {
  /** The hostname that the program requires. @default - any */
  hostname?: string;
  /** The address of its engine, for messages. */
  address: string;
  info: EngineInfo & { FirewallBackend?: { Driver: string }; DockerRootDir?: string; Driver?: string };
  /** Bounds of the difference between its clock and this machine's, in milliseconds. */
  clock?: ClockBounds;
  networks: NetworkDetails[];
  containers: (ContainerSummary & { NetworkSettings?: { Networks?: Record<string, { NetworkID: string }> } })[];
  /** Undefined: not requested. */
  volumes?: VolumeDetails[];
  /** Facts that only managers know. Undefined: not a manager. */
  manager?: { swarm: SwarmDetails; nodes: NodeDetails[]; services: ServiceDetails[] };
}

/** The state of all hosts before anything is changed. */
export interface ClusterSnapshot {
  /** The hosts with reachable engines, by key. */
  hosts: Record<string, HostSnapshot>;
  /** Keys of the hosts with unreachable engines: not created yet, or down. */
  unreachable: string[];
  /** Why they do not answer, by host key. Hosts that are not created yet are left out. */
  unreachableReasons?: Record<string, string>;
  /** Facts of the machines that could be inspected, by host key, including those with an unreachable engine. */
  machines: Record<string, MachineFacts>;
  /** Why the facts of a machine could not be read although its engine answers, by host key. */
  factsErrors?: Record<string, string>;
  /** The known private addresses of the hosts, by host key. */
  addresses: Record<string, string>;
  /** The known addresses for the traffic of networks, by host key, of hosts that have another one for it. */
  dataPathAddresses?: Record<string, string>;
  /** Whether the state holds the key that unlocks this Swarm's managers. */
  hasUnlockKey?: boolean;
  /** Whether services may be stopped. */
  allowOutage: boolean;
  /** Ids of the Swarm, networks and services in the stack's state. Undefined: the state could not be read. */
  recordedIds?: readonly string[];
}

/** Whether an object belongs to this stack: the state records its id, or its labels carry the state's owner id. */
export function isOurs(
  { id, labels }: { id: string; labels: Readonly<Record<string, string>> | null | undefined },
  owner: Owner,
  { recordedIds = [] }: Pick<ClusterSnapshot, "recordedIds">,
): boolean {
  return recordedIds.includes(id) || isOwned(labels, owner);
}

export function isOurNetwork({ Id, Labels }: NetworkDetails, owner: Owner, snapshot: ClusterSnapshot): boolean {
  return isOurs({ id: Id, labels: Labels }, owner, snapshot);
}

export function isOurService({ ID, Spec }: ServiceDetails, owner: Owner, snapshot: ClusterSnapshot): boolean {
  return isOurs({ id: ID, labels: Spec.Labels }, owner, snapshot);
}

export function isOurSwarm({ ID, Spec }: SwarmDetails, owner: Owner, snapshot: ClusterSnapshot): boolean {
  return isOurs({ id: ID, labels: Spec.Labels }, owner, snapshot);
}

/** Returns whether an engine sets its rules with nftables. */
export function usesNftables({ FirewallBackend }: HostSnapshot["info"]): boolean {
  return FirewallBackend?.Driver.startsWith("nftables") === true;
}

/** Returns the keys of all hosts, reachable or not. */
export function hostKeys({ hosts, unreachable }: ClusterSnapshot): string[] {
  return [...Object.keys(hosts), ...unreachable];
}

/** Whether a host is already a node of a Swarm. If its engine is unreachable, the managers' node list decides. */
export function isNode({ hosts, addresses }: ClusterSnapshot, key: string): boolean {
  const host = hosts[key];
  if (host) return host.info.Swarm.LocalNodeState !== "inactive";
  return Object.values(hosts).some(({ manager }) =>
    manager?.nodes.some(({ Status }) => isSameAddress(Status.Addr, addresses[key] ?? "")),
  );
}

/** Returns the address at which a host sends and receives the traffic of networks; undefined if it is not known. */
export function dataAddress({ addresses, dataPathAddresses = {} }: ClusterSnapshot, key: string): string | undefined {
  return dataPathAddresses[key] ?? addresses[key];
}

/** Returns all services of the Swarm, as a reachable manager lists them. */
export function listServices({ hosts }: ClusterSnapshot): ServiceDetails[] {
  return Object.values(hosts).find(({ manager }) => manager)?.manager?.services ?? [];
}

/**
 * Whether a service already uses its drives on a host. Unknown if no manager answers, because only managers know the
 * services; an `up` that repairs one must not be blocked.
 */
export function usesDrives(
  { name, owner }: Pick<ServiceRequirement, "name" | "owner">,
  host: string,
  snapshot: ClusterSnapshot,
): "yes" | "no" | "unknown" {
  if (!isNode(snapshot, host)) return "no";
  if (!Object.values(snapshot.hosts).some(({ manager }) => manager)) return "unknown";
  const runs = listServices(snapshot).some(
    (service) => service.Spec.Name === name && isOurService(service, owner, snapshot),
  );
  return runs ? "yes" : "no";
}

/** Returns every network with the key of a host that has it. Networks of the Swarm are listed once. */
export function listNetworks({ hosts }: ClusterSnapshot): { network: NetworkDetails; host: string }[] {
  const all = Object.entries(hosts).flatMap(([host, { networks }]) => networks.map((network) => ({ network, host })));
  return [...new Map(all.reverse().map((entry) => [entry.network.Id, entry])).values()].reverse();
}

/**
 * Gives networks that were created with `--config-from` the labels of their config-only networks: Docker does not allow
 * labels on them.
 */
export function withConfigLabels(hosts: ClusterSnapshot["hosts"]): ClusterSnapshot["hosts"] {
  const all = Object.values(hosts).flatMap(({ networks }) => networks);
  const labels = new Map(all.filter(({ ConfigOnly }) => ConfigOnly).map(({ Name, Labels }) => [Name, Labels]));
  const labelled = (network: NetworkDetails): NetworkDetails => {
    const isConfigFrom = network.Scope === "swarm" && network.ConfigFrom !== undefined;
    const own = isConfigFrom ? labels.get(network.ConfigFrom?.Network ?? "") : undefined;
    return own ? { ...network, Labels: own } : network;
  };
  return Object.fromEntries(
    Object.entries(hosts).map(([key, host]) => [key, { ...host, networks: host.networks.map(labelled) }] as const),
  );
}

export function networkSubnets(network: NetworkDetails): string[] {
  return (network.IPAM.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
}
