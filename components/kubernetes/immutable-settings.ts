import type * as pulumi from "@pulumi/pulumi";
import type { ImmutableValue } from "../../core/immutable-value.ts";
import type { KubernetesPlan } from "./plan.ts";

/** Returns the immutable settings of a store, by argument. */
export function immutableSettings(
  { serviceName, pools }: KubernetesPlan,
  namespace: pulumi.Output<string>,
): Record<string, ImmutableValue> {
  const fix = "Keep it, or create a second store and copy the data with `mc mirror`";
  const ofPools = pools.flatMap(({ key, members, drives }): [string, ImmutableValue][] => [
    [
      `pools.${key}.members`,
      {
        value: members.length,
        reason: "every drive has its place in an erasure set, and the size of a set cannot change. To grow, add a pool",
      },
    ],
    [
      `pools.${key}.drives`,
      {
        value: Object.fromEntries(drives.map((one) => [one.key, one.drive] as const)),
        reason:
          "every drive has its place in an erasure set, and a StatefulSet cannot change its volume claims. " +
          "Grow the claims themselves with `kubectl edit pvc`, or add a pool",
      },
    ],
  ]);
  return {
    serviceName: { value: serviceName, reason: `the names of the data's volume claims contain it. ${fix}` },
    namespace: { value: namespace, reason: `it contains the data's volume claims. ${fix}` },
    ...Object.fromEntries(ofPools),
  };
}
