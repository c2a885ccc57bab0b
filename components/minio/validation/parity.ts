import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../../shared/inputs.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import type { ResolvedPool } from "../layout/formed-pool.ts";
import { defaultParity, erasureSetSize, selectDrives } from "../layout/topology.ts";

/** MinIO's setting of how many drives of an erasure set may fail without loss. */
export const PARITY_SETTING = "MINIO_STORAGE_CLASS_STANDARD";

/**
 * What keeps pools of different sizes from being one store: all of them have the parity of the first, and it is at most
 * half of a set. The pools are in MinIO's order, and each can be formed by itself.
 */
export function validateParity(
  pools: readonly ResolvedPool[],
  environment: Readonly<Record<string, pulumi.Input<string>>>,
  host: "host" | "member" = "host",
): ValidationIssue[] {
  const [first, ...others] = pools;
  if (!first || others.length === 0) return [];
  const single = pools.filter((pool) => setSize(pool) === 1);
  if (single.length > 0) return single.map((pool) => alone(pool, host));
  const parity = parityOf(first, environment[PARITY_SETTING]);
  if (parity === undefined) return [];
  return others
    .filter((pool) => parity > setSize(pool) / 2)
    .map((pool) => ({
      argument: `pools.${pool.key}`,
      value: { [`${host}s`]: pool.hosts, drivesPerHost: pool.drivesPerHost },
      problem:
        `makes erasure sets of ${setSize(pool)} drives, and the parity of ${parity} that the first pool, ` +
        `"${first.key}", sets for all needs sets of at least ${2 * parity}: give it more ${host}s or drives` +
        (environment[PARITY_SETTING] === undefined
          ? `, or say a lower parity: environment ${PARITY_SETTING}=EC:n`
          : ""),
    }));
}

/** A drive that stands alone is a store without erasure coding, which MinIO neither expands nor joins to another. */
function alone({ key, hosts }: ResolvedPool, host: string): ValidationIssue {
  const problem =
    `is a single drive, and a store of several pools has none: give the pool more ${host}s or drives, ` +
    "or make a second store and copy the data with `mc mirror`";
  return { argument: `pools.${key}.${host}s`, value: hosts, problem };
}

/** The parity asked for; undefined when it is known to MinIO alone. */
function parityOf(first: ResolvedPool, asked: pulumi.Input<string> | undefined): number | undefined {
  if (asked === undefined) return defaultParity(setSize(first));
  const [, digits] = /^EC:(\d+)$/.exec(knownValue(asked) ?? "") ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function setSize({ members, drivesPerHost }: ResolvedPool): number {
  const drives = members.slice(0, 1).flatMap((host) => selectDrives(host, drivesPerHost)).length;
  return erasureSetSize(members.length, drives) ?? members.length * drives;
}
