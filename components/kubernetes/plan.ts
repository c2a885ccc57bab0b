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

/** The pools and members of a store, derived from its plain arguments. */
export interface KubernetesPlan {
  serviceName: string;
  /** Name of the headless Service that resolves the members' names. */
  peers: string;
  scheme: Scheme;
  /** In key order, which MinIO does not allow to change. */
  pools: KubernetesPoolPlan[];
}

/** One StatefulSet of a store. */
export interface KubernetesPoolPlan {
  key: string;
  /** Name of the StatefulSet. */
  statefulSet: string;
  /** Ordered by number. */
  members: KubernetesMember[];
  /** In key order. */
  drives: { key: string; drive: KubernetesDrive }[];
  /** MinIO gets the same layout from `poolPattern`. */
  layout: ErasureLayout;
  /** Number of members that can be down while the store keeps its write quorum, for the PodDisruptionBudget. */
  maxUnavailable: 0 | 1;
}

export interface KubernetesMember {
  /** Key in the outputs: `main-0`. */
  key: string;
  /** Name within the namespace. */
  name: string;
}

/** Plans a store from valid arguments. */
export function planKubernetesStore(
  args: Pick<KubernetesMinioArgs, "pools" | "drives" | "tls" | "environment">,
  serviceName: string,
): KubernetesPlan {
  const scheme = args.tls ? "https" : "http";
  const peers = peersName(serviceName);
  const requested = sortByKey(Object.entries(args.pools).map(([key, pool]) => ({ key, ...pool })));
  const pools = requested.map((pool) => {
    const hosts = memberHosts(pool.key, pool, peers, args.drives);
    const layout = poolLayout(serviceName, hosts);
    const members = hosts.map(({ hostname }, number) => ({
      key: `${pool.key}-${number}`,
      name: memberName(serviceName, hostname),
    }));
    const drives = sortByKey(Object.entries(drivesOf(pool, args.drives)).map(([key, drive]) => ({ key, drive })));
    return { key: pool.key, statefulSet: `${serviceName}-${pool.key}`, members, drives, layout };
  });
  const maxUnavailable = (hosts: readonly unknown[], layout: ErasureLayout) =>
    toleratesHostLoss({ hosts, layout }, { pools }, args.environment) ? 1 : 0;
  return {
    serviceName,
    peers,
    scheme,
    pools: pools.map((pool) => ({ ...pool, maxUnavailable: maxUnavailable(pool.members, pool.layout) })),
  };
}

/** Returns the name of the headless Service that resolves the members' names. */
export function peersName(serviceName: string): string {
  return `${serviceName}-peers`;
}

/** Returns a pool's members as hosts for `poolLayout`. The member name without the store's is the hostname. */
export function memberHosts(
  poolKey: string,
  pool: KubernetesPool,
  peers: string,
  drives?: KubernetesMinioArgs["drives"],
): (MemberHost & { hostname: string })[] {
  const own = Object.fromEntries(Object.keys(drivesOf(pool, drives)).map((key) => [key, {}] as const));
  return Array.from({ length: pool.members }, (_, number) => ({
    // Padded to sort numerically.
    key: String(number).padStart(4, "0"),
    hostname: `${poolKey}-${number}.${peers}`,
    drives: own,
  }));
}

/** Returns the pool's drives; if it sets none, those of the store. */
export function drivesOf(pool: KubernetesPool, drives: KubernetesMinioArgs["drives"] = {}) {
  return pool.drives ?? drives;
}

/** Returns the labels of a store's pods, for the selectors of Services and policies. */
export function storeLabels(serviceName: string): Record<string, string> {
  return { "app.kubernetes.io/name": "minio", "app.kubernetes.io/instance": serviceName };
}

/** Returns the labels of a pool's pods. */
export function poolLabels(serviceName: string, poolKey: string): Record<string, string> {
  return { ...storeLabels(serviceName), "pulumi-swarm.pool": poolKey };
}
