import type { ImmutableValues } from "../../../core/immutable-value.ts";
import type { ImmutableValue } from "../../../core/immutable-value.ts";
import type { PoolPlan, ServicePlan, StorePlan } from "../plan.ts";
import { driveSource, type MemberHost } from "../layout/topology.ts";

/** What a store as a whole is built on for life, whatever its services are: checked before anything of it is touched. */
export function immutableForStore(plan: StorePlan): ImmutableValues {
  const wayOut = "Put it back, or make a second store and copy the data with `mc mirror`";
  const mode = { value: plan.mode, reason: `its services would be others, at the same data and ports. ${wayOut}` };
  const pools = plan.pools.flatMap((pool) => [
    [hostsArgument(pool), immutableHosts(pool)] as const,
    [`host.drives (pool ${pool.key})`, immutableDrives(pool)] as const,
  ]);
  return { mode, serviceName: immutableName(plan), ...Object.fromEntries(pools) };
}

/** What a service is: its pool, all of it. For stores of earlier releases, which know of the whole only its mode. */
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
  reason: "the volumes that hold the data carry it. Keep it, or make a second store and copy the data with `mc mirror`",
});

const immutableHosts = ({ hosts }: PoolPlan): ImmutableValue => ({
  value: hosts.map(({ key }) => key),
  reason:
    "every drive has its place in an erasure set, and a set neither grows nor shrinks. " +
    "Replace a host one for one: keep its key and give it another machine; to grow, add a pool",
});

const immutableDrives = ({ hosts, drives }: PoolPlan): ImmutableValue => ({
  value: Object.fromEntries(hosts.map((host) => [host.key, driveSources(host, drives)])),
  reason:
    "every drive has its place in an erasure set. " +
    "Replace a drive in its place: an empty disk under the same key and path heals",
});

function driveSources(host: MemberHost, drives: readonly string[]): Record<string, string> {
  const sources = drives.map((key) => {
    const source = driveSource("", key, host.drives[key] ?? {});
    return [key, "folder" in source ? source.folder : "volume"] as const;
  });
  return Object.fromEntries(sources);
}
