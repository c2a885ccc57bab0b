import type {
  ContainerSummary,
  EngineInfo,
  NetworkDetails,
  NodeDetails,
  ServiceDetails,
  SwarmDetails,
} from "../engine/types.ts";
import type { Finding } from "../shared/refusal.ts";

/** What is to be had of the machine itself, where it is this one. */
export interface LocalFacts {
  /** IPv4 routes in CIDR form; the default route among them. */
  routes: { destination: string; device: string }[];
  /** Mounts, the later ones on top. */
  mounts: { path: string; device: string }[];
  /** TCP ports that something listens on. */
  listening: number[];
}

/** One host as it is found. */
export interface ObservedHost {
  /** The name that the program has for it. */
  hostname: string;
  /** How its engine is reached; for messages. */
  address: string;
  info: EngineInfo & { FirewallBackend?: { Driver: string } };
  networks: NetworkDetails[];
  containers: (ContainerSummary & { NetworkSettings?: { Networks?: Record<string, { NetworkID: string }> } })[];
  /** What a manager alone knows. */
  manager?: { swarm: SwarmDetails; nodes: NodeDetails[]; services: ServiceDetails[] };
  local?: LocalFacts;
}

/** What is found before anything is touched. */
export interface Situation {
  /** The hosts whose engines answer, by key. */
  hosts: Record<string, ObservedHost>;
  /** Keys of the hosts whose engines do not answer: still to be made, or down. */
  silent: string[];
  /** Whether what is in use may be interrupted. */
  allowOutage: boolean;
}

/** A finding with whose argument it is about: `OverlayNetwork "storage"`. */
export type Refusal = Finding & { subject: string };

/** All services of the Swarm, from whichever manager answers. */
export function servicesOf({ hosts }: Situation): ServiceDetails[] {
  return Object.values(hosts).find(({ manager }) => manager)?.manager?.services ?? [];
}

/** Every network with the key of a host that has it; a Swarm's network once. */
export function networksOf({ hosts }: Situation): { network: NetworkDetails; host: string }[] {
  const all = Object.entries(hosts).flatMap(([host, { networks }]) => networks.map((network) => ({ network, host })));
  return [...new Map(all.reverse().map((entry) => [entry.network.Id, entry])).values()].reverse();
}

export function subnetsOf(network: NetworkDetails): string[] {
  return (network.IPAM.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
}
