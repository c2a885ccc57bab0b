import type * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../engine/types.ts";
import type { DeepInput } from "../shared/inputs.ts";
import { API_PORT } from "./topology.ts";

/** The secrets of a member, by what is in them, with their file names in its container. */
export const SECRET_FILES = {
  rootUser: "root-user",
  rootPassword: "root-password",
  /** The alias `local` of mc, credentials and all, so that `docker exec <member> mc ls local` just works. */
  mcAliases: "mc-aliases",
} as const;

export type SecretKind = keyof typeof SECRET_FILES;

/** A Docker secret as a service refers to it. */
export interface SecretHandle {
  id: pulumi.Input<string>;
  name: pulumi.Input<string>;
}

export function secretPath(kind: SecretKind): string {
  return `/run/secrets/${SECRET_FILES[kind]}`;
}

/** What is in each secret. */
export function secretTexts(user: string, password: string): Record<SecretKind, string> {
  return {
    rootUser: user,
    rootPassword: password,
    mcAliases: `MC_HOST_local=http://${user}:${password}@127.0.0.1:${API_PORT}\n`,
  };
}

/** The secrets as files that only the container's own user can read. */
export function secretReferences(secrets: Record<SecretKind, SecretHandle>): DeepInput<SecretReference>[] {
  return SECRET_KINDS.map((kind) => ({
    SecretID: secrets[kind].id,
    SecretName: secrets[kind].name,
    File: { Name: SECRET_FILES[kind], UID: "0", GID: "0", Mode: 0o400 },
  }));
}

export const SECRET_KINDS: readonly SecretKind[] = ["rootUser", "rootPassword", "mcAliases"];
