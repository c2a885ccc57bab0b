import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../../../engine/types.ts";
import { validateWhenKnown, type LeafInputs, knownValue } from "../../shared/inputs.ts";
import { type ValidationIssue, throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import type { ImmutableValue } from "../../../core/immutable-value.ts";
import { createSecret, type FileRef, type FileOptions, secretMount } from "../../service/secrets-and-configs.ts";
import type { MinioServiceArgs } from "../args.ts";
import type { KmsKey } from "./args.ts";

const FILE = "kms-key";

/** Points MinIO to the key's file. */
export const KMS_ENVIRONMENT = { MINIO_KMS_SECRET_KEY_FILE: `/run/secrets/${FILE}` };

/** Validates the key, if it is known, and settings that conflict with it. */
export function validateKmsKey({
  kmsKey,
  environment = {},
}: Pick<MinioServiceArgs, "kmsKey" | "environment">): ValidationIssue[] {
  if (kmsKey === undefined) return [];
  const { name, key } = kmsKey;
  const known = knownValue(key);
  const issues = known === undefined && key !== undefined ? [] : validateKeyMaterial(known);
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
    const problem = "must be 1 to 64 letters, digits, dots, hyphens or underscores";
    issues.push({ argument: "kmsKey.name", value: name, problem });
  }
  // MinIO does not start with two KMS configurations.
  const others = Object.keys(environment).filter((one) => /^MINIO_KMS_(KES_|SERVER$|ENCLAVE$|SSE_KEY$)/.test(one));
  const problem = "configures another KMS than kmsKey: leave one of them out";
  return [...issues, ...others.map((value) => ({ argument: "environment", value, problem }))];
}

/**
 * Validates the key without showing it. Bytes that are text (a passphrase, or doubly encoded base64 or hexadecimal) could
 * be guessed from the objects or from the key's fingerprint.
 */
function validateKeyMaterial(key: string | undefined): ValidationIssue[] {
  const issue = (problem: string) => [{ argument: "kmsKey.key", value: "(secret)", problem }];
  if (key === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(key)) {
    return issue("must be 32 bytes in base64, 44 characters: create it with `openssl rand -base64 32`");
  }
  const bytes = [...Buffer.from(key, "base64")];
  if (new Set(bytes).size < 16 || bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) {
    return issue("must be random bytes: create it with `openssl rand -base64 32`");
  }
  return [];
}

/**
 * Returns a fingerprint that shows whether the key changed, safe for Pulumi's state and messages. It is an HMAC of a
 * fixed text under the key: reversing it means guessing 256 random bits, and MinIO derives nothing in the same way.
 */
export function kmsFingerprint(key: string): string {
  return createHmac("sha256", Buffer.from(key, "base64"))
    .update("pulumi-swarm: fingerprint of a KMS key")
    .digest("hex")
    .slice(0, 16);
}

/** Returns the key as a secret, validated once it is known. */
export function validatedKmsKey(subject: string, { name, key }: KmsKey): KmsKey {
  return {
    name,
    key: pulumi.secret(validateWhenKnown(key, (value) => throwIfInvalid(subject, validateKeyMaterial(value)))),
  };
}

/** Returns the immutable setting. A store without a key may get one. */
export function immutableKmsKey(kmsKey: KmsKey | undefined): Record<string, ImmutableValue> {
  const fingerprint = kmsKey && pulumi.unsecret(pulumi.output(kmsKey.key).apply(kmsFingerprint));
  return {
    kmsKey: {
      value: kmsKey && { name: kmsKey.name, fingerprint },
      reason:
        "data that was encrypted with it would be lost. " +
        "Restore it, or create a second store and copy the data with `mc mirror`",
    },
  };
}

/** Creates a Docker secret with the key. The key is immutable, so its name serves as the secret's generation. */
export function createKmsSecret(name: string, swarm: Swarm, kmsKey: KmsKey, opts: FileOptions): FileRef {
  return createSecret(name, swarm, pulumi.interpolate`${kmsKey.name}:${kmsKey.key}`, kmsKey.name, opts);
}

/** Mounts the key as a file that only this user of the container can read. */
export function kmsSecretMount(secret: FileRef, user: pulumi.Input<string>): LeafInputs<SecretReference> {
  return secretMount(secret, FILE, user);
}
