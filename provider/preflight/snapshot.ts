import type {
  ContainerSummary,
  EngineInfo,
  NetworkDetails,
  NodeDetails,
  ServiceDetails,
  SwarmDetails,
  VolumeDetails,
} from "../../engine/types.ts";
import { isOwned, type Owner } from "../../core/labels.ts";
import type { MachineFacts } from "./facts/machine.ts";

/** One host as it is found. */
export interface HostSnapshot {
  /** The name that the program has for it. */
  hostname: string;
  /** How its engine is reached; for messages. */
  address: string;
  info: EngineInfo & { FirewallBackend?: { Driver: string }; DockerRootDir?: string };
  networks: NetworkDetails[];
  containers: (ContainerSummary & { NetworkSettings?: { Networks?: Record<string, { NetworkID: string }> } })[];
  /** Absent: not asked for. */
  volumes?: VolumeDetails[];
  /** What a manager alone knows. */
  manager?: { swarm: SwarmDetails; nodes: NodeDetails[]; services: ServiceDetails[] };
}

/** What is found before anything is touched. */
export interface ClusterSnapshot {
  /** The hosts whose engines answer, by key. */
  hosts: Record<string, HostSnapshot>;
  /** Keys of the hosts whose engines do not answer: still to be made, or down. */
  unreachable: string[];
  /** Why they do not, by host key, as far as they were asked. */
  unreachableReasons?: Record<string, string>;
  /** The machines that could be looked at, by host key; some of them with an engine that is silent. */
  machines: Record<string, MachineFacts>;
  /** Why machines could not be looked at though they should be and their engines answer, by host key. */
  factsErrors?: Record<string, string>;
  /** The addresses by which the hosts reach each other, by host key, as far as they are known. */
  addresses: Record<string, string>;
  /** Whether the key is known that unlocks this Swarm's managers. */
  hasUnlockKey?: boolean;
  /** Whether what is in use may be interrupted. */
  allowOutage: boolean;
  /** Ids of the Swarm, networks and services in the stack's state. Absent: the state could not be read. */
  recordedIds?: readonly string[];
}

/** Whether something in an engine is this stack's: the state records its id, or it carries the state's identity. */
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

/** Keys of all hosts that the Swarm is to have. */
export function hostKeys({ hosts, unreachable }: ClusterSnapshot): string[] {
  return [...Object.keys(hosts), ...unreachable];
}

/** Whether a host is a node of a Swarm already. For one whose engine is silent, a manager's word is taken. */
export function isNode({ hosts, addresses }: ClusterSnapshot, key: string): boolean {
  const host = hosts[key];
  if (host) return host.info.Swarm.LocalNodeState !== "inactive";
  return Object.values(hosts).some(({ manager }) =>
    manager?.nodes.some(({ Status }) => Status.Addr === addresses[key]),
  );
}

/** All services of the Swarm, from whichever manager answers. */
export function listServices({ hosts }: ClusterSnapshot): ServiceDetails[] {
  return Object.values(hosts).find(({ manager }) => manager)?.manager?.services ?? [];
}

/** Every network with the key of a host that has it; a Swarm's network once. */
export function listNetworks({ hosts }: ClusterSnapshot): { network: NetworkDetails; host: string }[] {
  const all = Object.entries(hosts).flatMap(([host, { networks }]) => networks.map((network) => ({ network, host })));
  return [...new Map(all.reverse().map((entry) => [entry.network.Id, entry])).values()].reverse();
}

/**
 * The hosts with all their networks' labels. One that hosts make of parts has none in the Swarm: whose it is, the labels
 * of its parts tell, on whichever host there is one.
 */
export function withConfigLabels(hosts: ClusterSnapshot["hosts"]): ClusterSnapshot["hosts"] {
  const all = Object.values(hosts).flatMap(({ networks }) => networks);
  const labels = new Map(all.filter(({ ConfigOnly }) => ConfigOnly).map(({ Name, Labels }) => [Name, Labels]));
  const labelled = (network: NetworkDetails): NetworkDetails => {
    const isMade = network.Scope === "swarm" && network.ConfigFrom !== undefined;
    const own = isMade ? labels.get(network.ConfigFrom?.Network ?? "") : undefined;
    return own ? { ...network, Labels: own } : network;
  };
  return Object.fromEntries(
    Object.entries(hosts).map(([key, host]) => [key, { ...host, networks: host.networks.map(labelled) }] as const),
  );
}

export function networkSubnets(network: NetworkDetails): string[] {
  return (network.IPAM.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
}
