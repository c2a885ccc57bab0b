import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../engine/types.ts";
import type { DeepInput } from "../shared/inputs.ts";
import { ownerLabels, SWARM_LABEL } from "../shared/labels.ts";
import { ownerOf } from "../shared/owner.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { RootCredentials } from "./root-credentials.ts";
import { API_PORT, type Scheme } from "./topology.ts";

/** The secrets of a member, by what is in them, with their file names in its container. */
export const SECRET_FILES = {
  rootUser: "root-user",
  rootPassword: "root-password",
  /** The alias `local` of mc, credentials and all, so that `docker exec <member> mc ls local` just works. */
  mcAliases: "mc-aliases",
} as const;

export type SecretKind = keyof typeof SECRET_FILES;

export const SECRET_KINDS: readonly SecretKind[] = ["rootUser", "rootPassword", "mcAliases"];

/** Tells a secret from its successor after a rotation: by its labels one that a killed `up` left behind is known. */
const GENERATION_LABEL = "pulumi-swarm.generation";

/** A Docker secret as a service refers to it. */
export interface SecretHandle {
  id: pulumi.Input<string>;
  name: pulumi.Input<string>;
}

export function secretPath(kind: SecretKind): string {
  return `/run/secrets/${SECRET_FILES[kind]}`;
}

/** What is in each secret. */
export function secretTexts(user: string, password: string, scheme: Scheme): Record<SecretKind, string> {
  return {
    rootUser: user,
    rootPassword: password,
    mcAliases: `MC_HOST_local=${scheme}://${user}:${password}@${scheme === "https" ? "localhost" : "127.0.0.1"}:${API_PORT}\n`,
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

/** The root credentials as Docker secrets, `<name>-root-user` and so on. Docker has no secret with the value changed, only another. */
export function dockerSecrets(
  name: string,
  swarm: Swarm,
  credentials: RootCredentials,
  scheme: Scheme,
  opts: pulumi.CustomResourceOptions,
): Record<SecretKind, SecretHandle> {
  const texts = pulumi.secret(
    pulumi
      .all([credentials.user, credentials.password])
      .apply(([user, password]) => secretTexts(user, password, scheme)),
  );
  const make = (kind: SecretKind) =>
    dockerSecret(`${name}-${SECRET_FILES[kind]}`, swarm, texts[kind], credentials.generation, opts);
  return { rootUser: make("rootUser"), rootPassword: make("rootPassword"), mcAliases: make("mcAliases") };
}

/** The engine's name for it is Pulumi's to make up: so the next one can be there before this one goes. */
export function dockerSecret(
  name: string,
  swarm: Swarm,
  text: pulumi.Output<string>,
  generation: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): docker.Secret {
  const labels = { ...ownerLabels(ownerOf(name)), [SWARM_LABEL]: swarm.swarmId, [GENERATION_LABEL]: generation };
  return new docker.Secret(
    name,
    {
      data: text.apply((plainText) => Buffer.from(plainText).toString("base64")),
      labels: Object.entries(labels).map(([label, value]) => ({ label, value })),
    },
    { ...opts, provider: swarm.provider },
  );
}
