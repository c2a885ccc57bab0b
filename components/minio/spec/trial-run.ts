import * as pulumi from "@pulumi/pulumi";
import type { Mount } from "../../../engine/types.ts";
import type { FieldInputs } from "../../shared/inputs.ts";
import { knownValue } from "../../shared/inputs.ts";
import { MIB } from "../../service/spec-parts.ts";
import type { SettingsValidation } from "../../../core/service-update.ts";
import type { ServicePlan } from "../layout/plan.ts";
import { probeCommands } from "./probes.ts";
import { HOME_MOUNT, serverArguments, type StoreContext } from "./spec.ts";

/**
 * Returns the trial run of a member's settings: a separate container runs them as a store of one erasure set on empty
 * drives in memory. Its arguments have no member names, so that MinIO neither reaches the store's drives nor waits for
 * peers before it reads all settings.
 *
 * @param hosts lines of /etc/hosts
 */
export function settingsValidation(
  store: StoreContext,
  { pool }: ServicePlan,
  hosts: pulumi.Input<string>[],
): FieldInputs<SettingsValidation> {
  const drives = Array.from({ length: pool.layout.setSize }, (_, index) => `/validation/d${index + 1}`);
  const driveMount = (Target: string): Mount => ({ Type: "tmpfs", Target, TmpfsOptions: { SizeBytes: 64 * MIB } });
  return {
    args: [...serverArguments(store), ...drives],
    mounts: [...drives.map(driveMount), HOME_MOUNT],
    ...(hosts.length > 0 && { hosts }),
    readyCommand: probeCommands(store.tools).ready,
    environmentArgument: "environment",
    secretVariables: secretVariables(store.environment ?? {}),
    ...(store.secretVariables && { secretEnvironment: store.secretVariables }),
    // With etcd, the trial would write to the store's own users and policies.
    unlessVariables: ["MINIO_ETCD_ENDPOINTS"],
  };
}

/** Returns the names of variables with secret values. */
function secretVariables(environment: Record<string, pulumi.Input<string>>): pulumi.Input<string[]> {
  const outputs = Object.entries(environment).filter(([, value]) => knownValue(value) === undefined);
  if (outputs.length === 0) return [];
  const names = outputs.map(async ([name, value]) => ((await pulumi.isSecret(pulumi.output(value))) ? [name] : []));
  return pulumi.output(Promise.all(names)).apply((found) => found.flat());
}
