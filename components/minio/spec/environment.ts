import * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../../shared/inputs.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { secretPath } from "../secrets.ts";
import type { ErasureLayout } from "../layout/topology.ts";

/** Variables this component sets, or that would undo what it decides, with what to do instead. */
const RESERVED: Record<string, string> = {
  MINIO_ROOT_USER: "give rootUser",
  MINIO_ACCESS_KEY: "give rootUser",
  MINIO_ROOT_PASSWORD: "give rootPassword",
  MINIO_SECRET_KEY: "give rootPassword",
  MINIO_VOLUMES: "give pools; the drives are those of the hosts",
  MINIO_ENDPOINTS: "give pools; the drives are those of the hosts",
  MINIO_ARGS: "give pools; the drives are those of the hosts",
  MINIO_OPTS: "give pools, port and consolePort",
  MINIO_ADDRESS: "give port",
  MINIO_CONSOLE_ADDRESS: "give consolePort",
  MINIO_ERASURE_SET_DRIVE_COUNT: "leave it out: it follows from the hosts and their drives",
  MINIO_PROMETHEUS_AUTH_TYPE: "give metrics",
  MINIO_KMS_SECRET_KEY: "give kmsKey",
  MINIO_KMS_SECRET_KEY_FILE: "give kmsKey",
  MINIO_USERNAME: "leave it out: drives and secrets belong to the container's own user",
  MINIO_GROUPNAME: "leave it out: drives and secrets belong to the container's own user",
  MINIO_UID: "leave it out: drives and secrets belong to the container's own user",
  MINIO_GID: "leave it out: drives and secrets belong to the container's own user",
};

/** What is wrong with the variables a user gives. */
export function validateEnvironment(environment: Record<string, pulumi.Input<string>>): ValidationIssue[] {
  return Object.keys(environment).flatMap((name) => {
    const problem = variableError(name, knownValue(environment[name]));
    return problem === undefined ? [] : [{ argument: "environment", value: name, problem }];
  });
}

function variableError(name: string, value: string | undefined): string | undefined {
  if (!/^MINIO_[A-Z0-9_]+$/.test(name)) return "must begin with MINIO_: it is for settings of MinIO";
  const instead = RESERVED[name];
  if (instead !== undefined) return `is set by this component: ${instead}`;
  if (name.endsWith("_FILE")) return "names a file, and the container has none but this component's: leave it out";
  if (/SECRET|PASSWORD|TOKEN|ACCESS_KEY|CREDENTIAL/.test(name)) {
    return "is a secret, and an environment can be read by `docker inspect`: set it with `mc admin config set`";
  }
  if (value !== undefined && /[\n\0]/.test(value)) return "its value must be one line";
  return undefined;
}

/** The container's environment as Docker has it, sorted by name. */
export function containerEnvironment(
  environment: Record<string, pulumi.Input<string>>,
  pools: readonly { layout: ErasureLayout }[],
  more: Record<string, string> = {},
): pulumi.Input<string>[] {
  const variables = containerVariables(environment, pools, more);
  return Object.keys(variables)
    .toSorted()
    .map((name) => assignment(name, variables[name] ?? ""));
}

/** What is in the container's environment. No credentials: those are in files. */
export function containerVariables(
  environment: Record<string, pulumi.Input<string>>,
  pools: readonly { layout: ErasureLayout }[],
  more: Record<string, string> = {},
): Record<string, pulumi.Input<string>> {
  const [layout] = pools.map((pool) => pool.layout);
  return {
    ...environment,
    ...more,
    // The root file system is read-only; what MinIO and mc want to write at home goes to /tmp.
    HOME: "/tmp",
    MC_CONFIG_DIR: "/tmp/.mc",
    MC_CONFIG_ENV_FILE: secretPath("mcHostConfig"),
    MINIO_ROOT_USER_FILE: secretPath("rootUser"),
    MINIO_ROOT_PASSWORD_FILE: secretPath("rootPassword"),
    // MinIO picks the same size by itself, except where that would load some hosts more than others. Of several pools
    // each says its own, in their file; this variable would overrule it.
    ...(pools.length === 1 && layout && layout.sets > 1 && { MINIO_ERASURE_SET_DRIVE_COUNT: `${layout.setSize}` }),
  };
}

function assignment(name: string, value: pulumi.Input<string>): pulumi.Input<string> {
  const known = knownValue(value);
  return known === undefined ? pulumi.interpolate`${name}=${value}` : `${name}=${known}`;
}
