import { toleratesHostLoss } from "../minio/layout/fault-tolerance.ts";
import {
  poolLayout,
  sortByKey,
  type MemberHost,
  memberName,
  type Scheme,
  type ErasureLayout,
} from "../minio/layout/topology.ts";
import type { KubernetesDrive, KubernetesMinioArgs, KubernetesPool } from "./args.ts";

/** What a store is made of, decided from plain arguments. */
export interface KubernetesPlan {
  serviceName: string;
  /** Name of the Service by which members find each other. */
  peers: string;
  scheme: Scheme;
  /** In key order, which is MinIO's for life. */
  pools: KubernetesPoolPlan[];
}

/** One StatefulSet of a store. */
export interface KubernetesPoolPlan {
  key: string;
  /** Name of the StatefulSet. */
  statefulSet: string;
  /** By their numbers. */
  members: KubernetesMember[];
  /** In key order. */
  drives: { key: string; drive: KubernetesDrive }[];
  /** How MinIO spreads them; it is told its drives by `poolPattern`. */
  layout: ErasureLayout;
  /** Members that may be away by intent while the store goes on to take writes: one, or none. */
  maxUnavailable: 0 | 1;
}

export interface KubernetesMember {
  /** Key in the outputs: `main-0`. */
  key: string;
  /** Name that the other members know it by, within the namespace. */
  name: string;
}

/** The plan for arguments in which nothing is wrong. */
export function planKubernetesStore(
  args: Pick<KubernetesMinioArgs, "pools" | "drives" | "tls" | "environment">,
  serviceName: string,
): KubernetesPlan {
  const scheme = args.tls ? "https" : "http";
  const peers = peersName(serviceName);
  const asked = sortByKey(Object.entries(args.pools).map(([key, pool]) => ({ key, ...pool })));
  const pools = asked.map((pool) => {
    const hosts = memberHosts(pool.key, pool, peers, args.drives);
    const layout = poolLayout(serviceName, hosts);
    const members = hosts.map(({ hostname }, number) => ({
      key: `${pool.key}-${number}`,
      name: memberName(serviceName, hostname),
    }));
    const drives = sortByKey(Object.entries(drivesOf(pool, args.drives)).map(([key, drive]) => ({ key, drive })));
    return { key: pool.key, statefulSet: `${serviceName}-${pool.key}`, members, drives, layout };
  });
  const away = (hosts: readonly unknown[], layout: ErasureLayout) =>
    toleratesHostLoss({ hosts, layout }, { pools }, args.environment) ? 1 : 0;
  return {
    serviceName,
    peers,
    scheme,
    pools: pools.map((pool) => ({ ...pool, maxUnavailable: away(pool.members, pool.layout) })),
  };
}

/** Name of the Service by which a store's members find each other. */
export function peersName(serviceName: string): string {
  return `${serviceName}-peers`;
}

/** The members of a pool, as the topology takes hosts: what follows the store's name in theirs is the host's. */
export function memberHosts(
  poolKey: string,
  pool: KubernetesPool,
  peers: string,
  drives?: KubernetesMinioArgs["drives"],
): MemberHost[] {
  const own = Object.fromEntries(Object.keys(drivesOf(pool, drives)).map((key) => [key, {}] as const));
  return Array.from({ length: pool.members }, (_, number) => ({
    // Sorted as numbers are.
    key: String(number).padStart(4, "0"),
    hostname: `${poolKey}-${number}.${peers}`,
    drives: own,
  }));
}

export function drivesOf(pool: KubernetesPool, drives: KubernetesMinioArgs["drives"] = {}) {
  return pool.drives ?? drives;
}

/** Labels of a store's pods, by which Services and policies know them. */
export function storeLabels(serviceName: string): Record<string, string> {
  return { "app.kubernetes.io/name": "minio", "app.kubernetes.io/instance": serviceName };
}

/** Labels of the pods of one pool. */
export function poolLabels(serviceName: string, poolKey: string): Record<string, string> {
  return { ...storeLabels(serviceName), "pulumi-swarm.pool": poolKey };
}
