import type * as pulumi from "@pulumi/pulumi";
import type { ImmutableValue } from "../../core/immutable-value.ts";
import type { KubernetesPlan } from "./plan.ts";

/** What of a store is chosen for life, by argument. */
export function immutableSettings(
  { serviceName, pools }: KubernetesPlan,
  namespace: pulumi.Output<string>,
): Record<string, ImmutableValue> {
  const wayOut = "Keep it, or make a second store and copy the data with `mc mirror`";
  const ofPools = pools.flatMap(({ key, members, drives }): [string, ImmutableValue][] => [
    [
      `pools.${key}.members`,
      {
        value: members.length,
        reason: "every drive has its place in an erasure set, and a set neither grows nor shrinks. To grow, add a pool",
      },
    ],
    [
      `pools.${key}.drives`,
      {
        value: Object.fromEntries(drives.map((one) => [one.key, one.drive] as const)),
        reason:
          "every drive has its place in an erasure set, and a StatefulSet keeps the claims it was made with. " +
          "Grow the claims themselves with `kubectl edit pvc`, or add a pool",
      },
    ],
  ]);
  return {
    serviceName: { value: serviceName, reason: `the claims of the volumes that hold the data carry it. ${wayOut}` },
    namespace: { value: namespace, reason: `the claims of the volumes that hold the data are in it. ${wayOut}` },
    ...Object.fromEntries(ofPools),
  };
}
