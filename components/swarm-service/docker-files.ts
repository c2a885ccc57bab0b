import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ConfigReference, SecretReference } from "../engine/types.ts";
import type { DeepInput } from "../shared/inputs.ts";
import { ownerLabels, SWARM_LABEL } from "../shared/labels.ts";
import { ownerOf } from "../shared/owner.ts";
import type { Swarm } from "../swarm/swarm.ts";

/**
 * Tells a secret or config from its successor, for Docker has none with its contents changed, only another: by its
 * labels one that a killed `up` left behind is known.
 */
const GENERATION_LABEL = "pulumi-swarm.generation";

/** A Docker secret or config as a service refers to it. */
export interface FileHandle {
  id: pulumi.Input<string>;
  name: pulumi.Input<string>;
}

/**
 * A text as a Docker secret. `generation` is another for every other text, and tells nothing of it. The engine's name
 * for the secret is Pulumi's to make up: so the next one can be there before this one goes.
 */
export function dockerSecret(
  name: string,
  swarm: Swarm,
  text: pulumi.Input<string>,
  generation: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): FileHandle {
  const data = pulumi.secret(base64(text));
  return new docker.Secret(
    name,
    { data, labels: labels(name, swarm, generation) },
    { ...opts, provider: swarm.provider },
  );
}

/** A text that may be seen by all, as a Docker config; its name is made up, too. */
export function dockerConfig(
  name: string,
  swarm: Swarm,
  text: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): FileHandle {
  return new docker.ServiceConfig(
    name,
    { data: base64(text), labels: labels(name, swarm, generationOf(text)) },
    { ...opts, provider: swarm.provider },
  );
}

/** A secret as a file that only this user of a container, by number, can read. */
export function secretFile({ id, name }: FileHandle, path: string, user: string): DeepInput<SecretReference> {
  return { SecretID: id, SecretName: name, File: { Name: path, UID: user, GID: user, Mode: 0o400 } };
}

/** A config as a file of this user that everybody in a container can read. */
export function configFile({ id, name }: FileHandle, path: string, user: string): DeepInput<ConfigReference> {
  return { ConfigID: id, ConfigName: name, File: { Name: path, UID: user, GID: user, Mode: 0o444 } };
}

/** A generation that goes by a text which is no secret. */
export function generationOf(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((known) => createHash("sha256").update(known).digest("hex").slice(0, 16));
}

function labels(name: string, swarm: Swarm, generation: pulumi.Input<string>) {
  const all = { ...ownerLabels(ownerOf(name)), [SWARM_LABEL]: swarm.swarmId, [GENERATION_LABEL]: generation };
  return Object.entries(all).map(([label, value]) => ({ label, value }));
}

function base64(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((known) => Buffer.from(known).toString("base64"));
}
