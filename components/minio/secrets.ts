import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../../engine/types.ts";
import type { DeepInput } from "../shared/inputs.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { createSecret, type FileRef, type FileOptions, secretMount } from "../service/secrets-and-configs.ts";
import type { RootCredentials } from "./root-credentials.ts";
import { API_PORT, type Scheme } from "./layout/topology.ts";

/** The secrets of a member, by what is in them, with their file names in its container. */
export const SECRET_FILES = {
  rootUser: "root-user",
  rootPassword: "root-password",
  /** The alias `local` of mc, credentials and all, so that `docker exec <member> mc ls local` just works. */
  mcHostConfig: "mc-host-config",
} as const;

export type SecretKind = keyof typeof SECRET_FILES;

export const SECRET_KINDS: readonly SecretKind[] = ["rootUser", "rootPassword", "mcHostConfig"];

export function secretPath(kind: SecretKind): string {
  return `/run/secrets/${SECRET_FILES[kind]}`;
}

/** What is in each secret. */
export function secretContents(user: string, password: string, scheme: Scheme): Record<SecretKind, string> {
  return {
    rootUser: user,
    rootPassword: password,
    mcHostConfig: `MC_HOST_local=${scheme}://${user}:${password}@${scheme === "https" ? "localhost" : "127.0.0.1"}:${API_PORT}\n`,
  };
}

/** The secrets as files that only the container's own user can read. */
export function rootSecretMounts(secrets: Record<SecretKind, FileRef>): DeepInput<SecretReference>[] {
  return SECRET_KINDS.map((kind) => secretMount(secrets[kind], SECRET_FILES[kind], "0"));
}

/** The root credentials as Docker secrets, `<name>-root-user` and so on. Docker has no secret with the value changed, only another. */
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
  // The aliases are others with TLS: were they of the same generation, the former would pass for left behind.
  const generation = (kind: SecretKind) =>
    kind === "mcHostConfig" && scheme === "https"
      ? pulumi.interpolate`${credentials.generation}-https`
      : credentials.generation;
  const make = (kind: SecretKind) =>
    createSecret(`${name}-${SECRET_FILES[kind]}`, swarm, texts[kind], generation(kind), opts);
  return { rootUser: make("rootUser"), rootPassword: make("rootPassword"), mcHostConfig: make("mcHostConfig") };
}
