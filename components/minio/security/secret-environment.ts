import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../../../engine/types.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { createSecret, type FileOptions, type FileRef, secretMount } from "../../service/secrets-and-configs.ts";
import { knownValue, type LeafInputs } from "../../shared/inputs.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import type { MinioServiceArgs } from "../args.ts";
import { reservedVariableError } from "../spec/environment.ts";
import { isProxy, proxyError } from "../spec/proxies.ts";
import { settingError } from "../validation/environment-values.ts";

const FILE = "environment";

/** Points MinIO to the file with the secret variables, which it reads at its start. */
export const SECRET_ENVIRONMENT = { MINIO_CONFIG_ENV_FILE: `/run/secrets/${FILE}` };

/** Settings that this component itself reads, or that are public anyway. */
const NOT_SECRET = /^MINIO_(STORAGE_CLASS_.*|ETCD_ENDPOINTS|BROWSER.*|SERVER_URL|DOMAIN)$/;

/** MinIO reads lines of at most 64 KiB. */
const MAX_LENGTH = 60_000;

/** Validates the secret variables, without showing their values. */
export function validateSecretEnvironment({
  secretEnvironment = {},
  environment = {},
}: Pick<MinioServiceArgs, "secretEnvironment" | "environment">): ValidationIssue[] {
  return Object.keys(secretEnvironment).flatMap((name) => {
    const problem = nameError(name, name in environment);
    if (problem !== undefined) return [{ argument: "secretEnvironment", value: name, problem }];
    const value = knownValue(secretEnvironment[name]);
    const wrong = value === undefined ? undefined : valueError(name, value);
    return wrong === undefined ? [] : [{ argument: `secretEnvironment.${name}`, value: "(secret)", problem: wrong }];
  });
}

function nameError(name: string, isTwice: boolean): string | undefined {
  if (isTwice) return "is also in environment: leave one of them out";
  if (NOT_SECRET.test(name)) return "is not a secret: give it in environment";
  return isProxy(name) ? undefined : reservedVariableError(name);
}

function valueError(name: string, value: string): string | undefined {
  if (value === "") return "must not be empty: leave it out";
  if (/[\n\r\0]/.test(value)) return "must be one line";
  if (value.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  return isProxy(name) ? proxyError(value) : settingError(name, value);
}

/** Returns the variables as one secret, so that neither the state nor messages contain their values in plain text. */
export function secretVariableValues({
  secretEnvironment,
}: Pick<MinioServiceArgs, "secretEnvironment">): pulumi.Output<Record<string, string>> | undefined {
  if (secretEnvironment === undefined || Object.keys(secretEnvironment).length === 0) return undefined;
  return pulumi.secret(secretEnvironment);
}

/**
 * Creates a Docker secret with the variables.
 *
 * @param rootPassword keys the secret's generation: a plain hash would let anyone who sees it guess short values
 */
export function createEnvironmentSecret(
  name: string,
  swarm: Swarm,
  variables: pulumi.Output<Record<string, string>>,
  rootPassword: pulumi.Output<string>,
  opts: FileOptions,
): FileRef {
  const text = variables.apply(formatEnvironmentFile);
  const generation = pulumi.all([rootPassword, text]).apply(([key, content]) => fingerprint(key, content));
  return createSecret(name, swarm, text, pulumi.unsecret(generation), opts);
}

/** Formats the file. MinIO removes the quotes around a value, and nothing else. */
export function formatEnvironmentFile(variables: Readonly<Record<string, string>>): string {
  const names = Object.keys(variables).toSorted();
  return names.map((name) => `${name}="${variables[name]}"\n`).join("");
}

function fingerprint(key: string, text: string): string {
  return createHmac("sha256", key).update(`pulumi-swarm: secret environment\n${text}`).digest("hex").slice(0, 16);
}

/** Mounts the variables as a file that only the container's user can read. */
export function environmentSecretMount(secret: FileRef, user: pulumi.Input<string>): LeafInputs<SecretReference> {
  return secretMount(secret, FILE, user);
}
