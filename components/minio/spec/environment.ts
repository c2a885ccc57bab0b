import * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../../shared/inputs.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { settingError } from "../validation/environment-values.ts";
import { secretPath } from "../security/root-secrets.ts";
import type { ErasureLayout } from "../layout/topology.ts";

/** Variables that the component sets or that would override its settings, each with the fix. */
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

/**
 * Validates the user's variables.
 *
 * @param secretAdvice what to do with a secret variable
 */
export function validateEnvironment(
  environment: Record<string, pulumi.Input<string>>,
  secretAdvice = "set it with `mc admin config set`",
): ValidationIssue[] {
  return Object.keys(environment).flatMap((name) => {
    const value = knownValue(environment[name]);
    const problem = variableError(name, value, secretAdvice);
    if (problem !== undefined) return [{ argument: "environment", value: name, problem }];
    const wrong = value === undefined ? undefined : settingError(name, value);
    return wrong === undefined ? [] : [{ argument: `environment.${name}`, value, problem: wrong }];
  });
}

/** Returns why the user cannot set a variable, regardless of its value. */
export function reservedVariableError(name: string): string | undefined {
  if (!/^MINIO_[A-Z0-9_]+$/.test(name)) return "must begin with MINIO_: only settings of MinIO are allowed";
  const instead = RESERVED[name];
  if (instead !== undefined) return `is set by this component: ${instead}`;
  if (name.endsWith("_FILE"))
    return "names a file, but the container has only the files of this component: leave it out";
  return undefined;
}

function variableError(name: string, value: string | undefined, secretAdvice: string): string | undefined {
  const reserved = reservedVariableError(name);
  if (reserved !== undefined) return reserved;
  if (/SECRET|PASSWORD|TOKEN|ACCESS_KEY|CREDENTIAL/.test(name)) {
    return `is a secret, which \`docker inspect\` would show: ${secretAdvice}`;
  }
  if (value !== undefined && /[\n\0]/.test(value)) return "its value must be one line";
  return undefined;
}

/** Returns the container's environment in Docker's form `NAME=value`, sorted by name. */
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

/** Returns the container's environment. Credentials are in files instead. */
export function containerVariables(
  environment: Record<string, pulumi.Input<string>>,
  pools: readonly { layout: ErasureLayout }[],
  more: Record<string, string> = {},
): Record<string, pulumi.Input<string>> {
  const [layout] = pools.map((pool) => pool.layout);
  return {
    ...environment,
    ...more,
    // The root file system is read-only, and MinIO and mc write to their home folder.
    HOME: "/tmp",
    MC_CONFIG_DIR: "/tmp/.mc",
    MC_CONFIG_ENV_FILE: secretPath("mcHostConfig"),
    MINIO_ROOT_USER_FILE: secretPath("rootUser"),
    MINIO_ROOT_PASSWORD_FILE: secretPath("rootPassword"),
    // By itself, MinIO may choose a set size that places more drives of a set on some hosts than on others. With
    // several pools, the pools file contains the sizes, and this variable would override them.
    ...(pools.length === 1 && layout && layout.sets > 1 && { MINIO_ERASURE_SET_DRIVE_COUNT: `${layout.setSize}` }),
  };
}

function assignment(name: string, value: pulumi.Input<string>): pulumi.Input<string> {
  const known = knownValue(value);
  return known === undefined ? pulumi.interpolate`${name}=${value}` : `${name}=${known}`;
}
