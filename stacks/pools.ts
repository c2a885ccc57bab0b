import * as pulumi from "@pulumi/pulumi";
import type { MinioPool } from "../components/index.ts";
import type { Settings } from "./settings.ts";

type Pools = NonNullable<Settings["pools"]>;
type Pool = Pools[string];

/** Returns the pools of a store on a Swarm. */
export function toSwarmPools(pools: Pools): Record<string, MinioPool> {
  checkFields(pools, ["hosts", "drivesPerHost"], "on a Swarm");
  return mapPools(pools, ({ hosts = [], drivesPerHost }) => ({ hosts, drivesPerHost }));
}

/** Returns the pools of a store on Kubernetes. */
export function toKubernetesPools(pools: Pools): Record<string, Pick<Pool, "drives"> & { members: number }> {
  checkFields(pools, ["members", "drives"], "on Kubernetes");
  return mapPools(pools, ({ members = 0, drives }) => ({ members, drives }));
}

/**
 * Rejects what a pool there does not have, and a pool without the required field.
 *
 * @param known the fields that a pool has there; the first one is required
 */
function checkFields(pools: Pools, known: readonly [keyof Pool, keyof Pool], place: string): void {
  const [required] = known;
  const lines = Object.entries(pools).flatMap(([key, pool]) => {
    const name = `config pulumi-swarm:pools.${key}`;
    const others = (Object.keys(pool) as (keyof Pool)[]).filter((field) => !known.includes(field));
    if (others.length === 0 && pool[required] === undefined) return [`${name}.${required}: is missing`];
    return others.map((field) => `${name}.${field}: a pool ${place} has ${known.join(" and ")}: give these instead`);
  });
  if (lines.length > 0) throw new pulumi.RunError(lines.join("\n"));
}

function mapPools<T>(pools: Pools, convert: (pool: Pool) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(pools).map(([key, pool]) => [key, convert(pool)]));
}
