import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../../../engine/types.ts";
import type { LeafInputs } from "../../shared/inputs.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { createSecret, type FileRef, type FileOptions, secretMount } from "../../service/secrets-and-configs.ts";
import type { RootCredentials } from "./root-credentials.ts";
import { API_PORT, type Scheme } from "../layout/topology.ts";

/** File names of the secrets in a member's container, by kind. */
export const SECRET_FILES = {
  rootUser: "root-user",
  rootPassword: "root-password",
  /** URL and credentials of mc's alias `local`, for `docker exec <member> mc ls local`. */
  mcHostConfig: "mc-host-config",
} as const;

export type SecretKind = keyof typeof SECRET_FILES;

export const SECRET_KINDS: readonly SecretKind[] = ["rootUser", "rootPassword", "mcHostConfig"];

/** Returns the path of a secret in a member's container. */
export function secretPath(kind: SecretKind): string {
  return `/run/secrets/${SECRET_FILES[kind]}`;
}

/** Returns the contents of each secret. */
export function secretContents(user: string, password: string, scheme: Scheme): Record<SecretKind, string> {
  return {
    rootUser: user,
    rootPassword: password,
    mcHostConfig: `MC_HOST_local=${scheme}://${user}:${password}@${scheme === "https" ? "localhost" : "127.0.0.1"}:${API_PORT}\n`,
  };
}

/** Mounts the secrets as files that only this user of the container can read. */
export function rootSecretMounts(
  secrets: Record<SecretKind, FileRef>,
  user: pulumi.Input<string>,
): LeafInputs<SecretReference>[] {
  return SECRET_KINDS.map((kind) => secretMount(secrets[kind], SECRET_FILES[kind], user));
}

/** Creates Docker secrets with the root credentials, named `<name>-root-user` and so on. Docker secrets are immutable. */
export function createRootSecrets(
  name: string,
  swarm: Swarm,
  credentials: RootCredentials,
  scheme: Scheme,
  opts: FileOptions,
): Record<SecretKind, FileRef> {
  const texts = pulumi.secret(
    pulumi
      .all([credentials.user, credentials.password])
      .apply(([user, password]) => secretContents(user, password, scheme)),
  );
  // The URL depends on TLS: if both secrets had the same generation, the old one would count as orphaned.
  const generation = (kind: SecretKind) =>
    kind === "mcHostConfig" && scheme === "https"
      ? pulumi.interpolate`${credentials.generation}-https`
      : credentials.generation;
  const create = (kind: SecretKind) =>
    createSecret(`${name}-${SECRET_FILES[kind]}`, swarm, texts[kind], generation(kind), opts);
  return { rootUser: create("rootUser"), rootPassword: create("rootPassword"), mcHostConfig: create("mcHostConfig") };
}
