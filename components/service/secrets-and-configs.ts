import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ConfigReference, SecretReference } from "../../engine/types.ts";
import type { DeepInput } from "../shared/inputs.ts";
import { GENERATION_LABEL, type Owner, ownerLabels, SWARM_LABEL } from "../../core/labels.ts";
import type { Swarm } from "../swarm/swarm.ts";

/** A Docker secret or config as a service refers to it. */
export interface FileRef {
  id: pulumi.Input<string>;
  name: pulumi.Input<string>;
}

/** Options of a secret or config. */
export interface FileOptions extends pulumi.CustomResourceOptions {
  /** The component's owner at its creation: Docker cannot change the labels of a secret. */
  owner: pulumi.Output<Owner>;
  /** The component's present name, with which the names of its secrets and configs begin. */
  component: string;
}

/**
 * A text as a Docker secret. `generation` is another for every other text, and tells nothing of it. The engine's name
 * for the secret is Pulumi's to make up: so the next one can be there before this one goes.
 */
export function createSecret(
  name: string,
  swarm: Swarm,
  text: pulumi.Input<string>,
  generation: pulumi.Input<string>,
  { owner, component, ...opts }: FileOptions,
): FileRef {
  const data = pulumi.secret(toBase64(text));
  return new docker.Secret(
    name,
    { data, labels: toDockerLabels(ownerOfFile(name, owner, component), swarm, generation) },
    { ...opts, provider: swarm.provider },
  );
}

/** A text that may be seen by all, as a Docker config; its name is made up, too. */
export function createConfig(
  name: string,
  swarm: Swarm,
  text: pulumi.Input<string>,
  { owner, component, ...opts }: FileOptions,
): FileRef {
  return new docker.ServiceConfig(
    name,
    { data: toBase64(text), labels: toDockerLabels(ownerOfFile(name, owner, component), swarm, contentHash(text)) },
    { ...opts, provider: swarm.provider },
  );
}

/** A secret as a file that only this user of a container, by number, can read. */
export function secretMount({ id, name }: FileRef, path: string, user: string): DeepInput<SecretReference> {
  return { SecretID: id, SecretName: name, File: { Name: path, UID: user, GID: user, Mode: 0o400 } };
}

/** A config as a file of this user that everybody in a container can read. */
export function configMount({ id, name }: FileRef, path: string, user: string): DeepInput<ConfigReference> {
  return { ConfigID: id, ConfigName: name, File: { Name: path, UID: user, GID: user, Mode: 0o444 } };
}

/** A generation that goes by a text which is no secret. */
export function contentHash(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((known) => createHash("sha256").update(known).digest("hex").slice(0, 16));
}

/**
 * Returns the owner with the file's name as it was at its creation. Each secret needs a name of its own: those of one
 * component may share a generation, and only one of the same name and generation was left behind by a killed run.
 */
function ownerOfFile(name: string, owner: pulumi.Output<Owner>, component: string): pulumi.Output<Owner> {
  return owner.apply((known) => ({ ...known, name: `${known.name}${name.slice(component.length)}` }));
}

function toDockerLabels(
  owner: pulumi.Output<Owner>,
  swarm: Swarm,
  generation: pulumi.Input<string>,
): pulumi.Output<{ label: string; value: string }[]> {
  return pulumi.all([owner, swarm.swarmId, generation]).apply(([owner, swarmId, generation]) => {
    const all = { ...ownerLabels(owner), [SWARM_LABEL]: swarmId, [GENERATION_LABEL]: generation };
    return Object.entries(all).map(([label, value]) => ({ label, value }));
  });
}

function toBase64(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((known) => Buffer.from(known).toString("base64"));
}
