import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ConfigReference, SecretReference } from "../../engine/types.ts";
import type { LeafInputs } from "../shared/inputs.ts";
import { GENERATION_LABEL, type Owner, ownerLabels, SWARM_LABEL } from "../../core/labels.ts";
import { type Transform, transformed } from "../shared/transform.ts";
import { fileOwner } from "./spec-parts.ts";
import type { Swarm } from "../swarm/swarm.ts";

/** A reference to a Docker secret or config. */
export interface FileRef {
  id: pulumi.Input<string>;
  name: pulumi.Input<string>;
}

/** Options of a secret or config. */
export interface FileOptions extends pulumi.CustomResourceOptions {
  /** The component's owner when it was created: Docker cannot change the labels of a secret. */
  owner: pulumi.Output<Owner>;
  /** The component's present name, which is the prefix of the names of its secrets and configs. */
  component: string;
  /** The component's `transform.secret`. */
  transform?: Transform<docker.SecretArgs>;
}

/**
 * Docker cannot change a secret or config, only replace it. Without this, `protect` on a component would block every rotation
 * and certificate renewal.
 */
const REPLACEABLE = { protect: false } satisfies pulumi.CustomResourceOptions;

/**
 * Creates a Docker secret. Pulumi generates its name in the Engine, so that a replacement can be created before it is
 * deleted.
 *
 * @param generation changes together with the text, without revealing it
 */
export function createSecret(
  name: string,
  swarm: Swarm,
  text: pulumi.Input<string>,
  generation: pulumi.Input<string>,
  { owner, component, transform, ...opts }: FileOptions,
): FileRef {
  const labels = toDockerLabels(ownerOfFile(name, owner, component), swarm, generation);
  const args = { data: pulumi.secret(toBase64(text)), labels };
  return new docker.Secret(
    ...transformed<docker.SecretArgs>(transform, name, args, { ...opts, ...REPLACEABLE, provider: swarm.provider }),
  );
}

/** Creates a Docker config with a generated name, for a text that is not secret. */
export function createConfig(
  name: string,
  swarm: Swarm,
  text: pulumi.Input<string>,
  { owner, component, transform: _transform, ...opts }: FileOptions,
): FileRef {
  return new docker.ServiceConfig(
    name,
    { data: toBase64(text), labels: toDockerLabels(ownerOfFile(name, owner, component), swarm, contentHash(text)) },
    { ...opts, ...REPLACEABLE, provider: swarm.provider },
  );
}

/** Mounts a secret as a file that only this user of the container can read: `1000` or `1000:1000`. */
export function secretMount(
  { id, name }: FileRef,
  path: string,
  user: pulumi.Input<string>,
): LeafInputs<SecretReference> {
  return { SecretID: id, SecretName: name, File: { Name: path, ...fileOwner(user), Mode: 0o400 } };
}

/** Mounts a config as a file of this user that all users of the container can read. */
export function configMount(
  { id, name }: FileRef,
  path: string,
  user: pulumi.Input<string>,
): LeafInputs<ConfigReference> {
  return { ConfigID: id, ConfigName: name, File: { Name: path, ...fileOwner(user), Mode: 0o444 } };
}

/** Returns a generation for a text that is not secret: a hash of it. */
export function contentHash(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((known) => createHash("sha256").update(known).digest("hex").slice(0, 16));
}

/**
 * Returns the owner with the file's name at its creation. Each secret needs its own name, as secrets of one component may
 * share a generation: two with the same name and generation mean that a killed run orphaned one.
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
