import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../../../engine/types.ts";
import { validateWhenKnown, type DeepInput, knownValue } from "../../shared/inputs.ts";
import { type ValidationIssue, throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import type { ImmutableValue } from "../../../core/immutable-value.ts";
import { createSecret, type FileRef, type FileOptions, secretMount } from "../../service/secrets-and-configs.ts";
import type { MinioServiceArgs } from "../args.ts";
import type { KmsKey } from "./kms-key-args.ts";

const FILE = "kms-key";

/** What tells MinIO of the key. */
export const KMS_ENVIRONMENT = { MINIO_KMS_SECRET_KEY_FILE: `/run/secrets/${FILE}` };

/** What is wrong with the key, and with settings beside it, as far as they are plain. */
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
  // MinIO does not start with two of them.
  const others = Object.keys(environment).filter((one) => /^MINIO_KMS_(KES_|SERVER$|ENCLAVE$|SSE_KEY$)/.test(one));
  const problem = "is for another key management than kmsKey: leave one of them out";
  return [...issues, ...others.map((value) => ({ argument: "environment", value, problem }))];
}

/**
 * What is wrong with the key itself, which is never shown. Letters in place of random bytes (a passphrase, or base64 or
 * hexadecimal twice over) could be guessed, from the objects and from the key's fingerprint.
 */
function validateKeyMaterial(key: string | undefined): ValidationIssue[] {
  const issue = (problem: string) => [{ argument: "kmsKey.key", value: "(secret)", problem }];
  if (key === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(key)) {
    return issue("must be 32 bytes in base64, 44 characters: make it with `openssl rand -base64 32`");
  }
  const bytes = [...Buffer.from(key, "base64")];
  if (new Set(bytes).size < 16 || bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) {
    return issue("are no random bytes: make it with `openssl rand -base64 32`");
  }
  return [];
}

/**
 * Tells one key from another, to who may not know either. It is an HMAC under the key, of a fixed text: as hard to turn
 * back as the 256 random bits are to guess, and in no relation to what MinIO makes of the key. So it may stand in
 * Pulumi's state and in messages.
 */
export function kmsFingerprint(key: string): string {
  return createHmac("sha256", Buffer.from(key, "base64"))
    .update("pulumi-swarm: fingerprint of a KMS key")
    .digest("hex")
    .slice(0, 16);
}

/** The key, checked once it is known: plain ones were before anything was registered. */
export function validatedKmsKey(subject: string, { name, key }: KmsKey): KmsKey {
  return {
    name,
    key: pulumi.secret(validateWhenKnown(key, (value) => throwIfInvalid(subject, validateKeyMaterial(value)))),
  };
}

/** The key is for life once there is one; a store without may get one. */
export function immutableKmsKey(kmsKey: KmsKey | undefined): Record<string, ImmutableValue> {
  const fingerprint = kmsKey && pulumi.unsecret(pulumi.output(kmsKey.key).apply(kmsFingerprint));
  return {
    kmsKey: {
      value: kmsKey && { name: kmsKey.name, fingerprint },
      reason:
        "without it what was encrypted under it is lost. " +
        "Put it back, or make a second store and copy the data with `mc mirror`",
    },
  };
}

/** The key as a Docker secret: a copy, which goes with the stack. A store has one key for life: its name tells it. */
export function createKmsSecret(name: string, swarm: Swarm, kmsKey: KmsKey, opts: FileOptions): FileRef {
  return createSecret(name, swarm, pulumi.interpolate`${kmsKey.name}:${kmsKey.key}`, kmsKey.name, opts);
}

/** The key as a file that only the container's own user can read. */
export function kmsSecretMount(secret: FileRef): DeepInput<SecretReference> {
  return secretMount(secret, FILE, "0");
}
