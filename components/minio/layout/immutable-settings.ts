import type { ImmutableValue, ImmutableValues } from "../../../core/immutable-value.ts";
import type { PoolPlan, ServicePlan, StorePlan } from "./plan.ts";
import { driveSource, type MemberHost } from "./topology.ts";

/** Returns the immutable settings of a store, which are checked before any of its resources changes. */
export function immutableForStore(plan: StorePlan): ImmutableValues {
  const fix = "Restore it, or create a second store and copy the data with `mc mirror`";
  const mode = { value: plan.mode, reason: `other services would use the same data and ports. ${fix}` };
  const pools = plan.pools.flatMap((pool) => [
    [hostsArgument(pool), immutableHosts(pool)] as const,
    [`host.drives (pool ${pool.key})`, immutableDrives(pool)] as const,
  ]);
  return { mode, serviceName: immutableName(plan), ...Object.fromEntries(pools) };
}

/** Returns the immutable settings of a service: all of its pool. */
export function immutableForService(plan: StorePlan, { pool }: ServicePlan): ImmutableValues {
  return {
    serviceName: immutableName(plan),
    [hostsArgument(pool)]: immutableHosts(pool),
    "host.drives": immutableDrives(pool),
  };
}

const hostsArgument = ({ key }: PoolPlan) => `pools.${key}.hosts`;

const immutableName = ({ serviceName }: StorePlan): ImmutableValue => ({
  value: serviceName,
  reason:
    "the names of the data volumes contain it. Keep it, or create a second store and copy the data with `mc mirror`",
});

const immutableHosts = ({ hosts }: PoolPlan): ImmutableValue => ({
  value: hosts.map(({ key }) => key),
  reason:
    "every drive has its place in an erasure set, and the size of a set cannot change. " +
    "To replace a host, keep its key and give it another machine; to grow, add a pool",
});

const immutableDrives = ({ hosts, drives }: PoolPlan): ImmutableValue => ({
  value: Object.fromEntries(hosts.map((host) => [host.key, driveSources(host, drives)])),
  reason:
    "every drive has its place in an erasure set. " +
    "To replace a drive, mount an empty disk under the same key and path: MinIO heals it",
});

function driveSources(host: MemberHost, drives: readonly string[]): Record<string, string> {
  const sources = drives.map((key) => {
    const source = driveSource("", key, host.drives[key] ?? {});
    return [key, "folder" in source ? source.folder : "volume"] as const;
  });
  return Object.fromEntries(sources);
}
