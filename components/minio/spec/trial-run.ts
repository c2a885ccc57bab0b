import * as pulumi from "@pulumi/pulumi";
import type { Mount } from "../../../engine/types.ts";
import type { DeepInput } from "../../shared/inputs.ts";
import { knownValue } from "../../shared/inputs.ts";
import { MIB } from "../../service/spec-parts.ts";
import type { SettingsValidation } from "../../../core/service-update.ts";
import type { ServicePlan } from "../plan.ts";
import { probeCommands } from "./probes.ts";
import { HOME_MOUNT, serverArguments, type StoreContext } from "./spec.ts";

/**
 * How a member's settings are started once on their own: as a store of one erasure set on empty drives in memory. With
 * the members' names MinIO would reach the drives of the store, and wait for peers before it has read all settings;
 * without them it knows of no other member.
 */
export function settingsValidation(
  store: StoreContext,
  { pool }: ServicePlan,
): pulumi.Inputs & DeepInput<SettingsValidation> {
  const drives = Array.from({ length: pool.layout.setSize }, (_, index) => `/validation/d${index + 1}`);
  const driveMount = (Target: string): Mount => ({ Type: "tmpfs", Target, TmpfsOptions: { SizeBytes: 64 * MIB } });
  return {
    args: [...serverArguments(store), ...drives],
    mounts: [...drives.map(driveMount), HOME_MOUNT],
    readyCommand: probeCommands(store.tools).ready,
    environmentArgument: "environment",
    secretVariables: secretVariables(store.environment ?? {}),
    // With it users and policies are kept in etcd: a second store there would write to those of the first.
    unlessVariables: ["MINIO_ETCD_ENDPOINTS"],
  };
}

/** Names of the variables whose values Pulumi keeps secret. */
function secretVariables(environment: Record<string, pulumi.Input<string>>): pulumi.Input<string[]> {
  const outputs = Object.entries(environment).filter(([, value]) => knownValue(value) === undefined);
  if (outputs.length === 0) return [];
  const names = outputs.map(async ([name, value]) => ((await pulumi.isSecret(pulumi.output(value))) ? [name] : []));
  return pulumi.output(Promise.all(names)).apply((found) => found.flat());
}
