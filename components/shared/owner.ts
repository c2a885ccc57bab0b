import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "./resource.ts";
import type { FieldInputs } from "./inputs.ts";
import type { Owner } from "../../core/labels.ts";

/** The name of the one Identity resource in a state. */
export const IDENTITY_NAME = "pulumi-swarm-identity";

/** An owner as a program knows it: its identity comes from the state. */
export type OwnerInput = FieldInputs<Owner>;

/** Returns the owner of what the resource with this logical name creates in an engine. */
export function ownerOf(name: string): OwnerInput {
  return { id: stateIdentity(), project: pulumi.getProject(), stack: pulumi.getStack(), name };
}

/**
 * The random identity of the state. Everything this package creates depends on it, so the state records it before
 * anything else exists.
 */
class Identity extends SwarmResource {
  declare readonly identity: pulumi.Output<string>;

  constructor() {
    super("Identity", IDENTITY_NAME, { identity: undefined });
  }
}

/**
 * Returns the owner as it was when the component of this logical name was created. Labels that Docker cannot change
 * (those of networks, secrets and configs) are made of it.
 */
export function creationOwner(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<Owner> {
  return new CreationOwner(`${name}-owner`, ownerOf(name), opts).owner;
}

class CreationOwner extends SwarmResource {
  declare readonly owner: pulumi.Output<Owner>;

  constructor(name: string, owner: OwnerInput, opts: pulumi.CustomResourceOptions) {
    super("CreationOwner", name, { owner }, opts);
  }
}

/** By the connection to the Pulumi engine: a process may run several stacks, as with the Automation API. */
const identities = new WeakMap<object, Identity>();

function stateIdentity(): pulumi.Output<string> {
  const run: object = pulumi.runtime.getMonitor() ?? pulumi.runtime;
  const identity = identities.get(run) ?? new Identity();
  identities.set(run, identity);
  return identity.identity;
}
