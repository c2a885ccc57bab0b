import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "./resource.ts";
import type { FieldInputs } from "./inputs.ts";
import type { Owner } from "../../core/labels.ts";

/** The name of the one Identity resource in a state. */
export const IDENTITY_NAME = "pulumi-swarm-identity";

/** An owner in a program, where the identity is an Output of a resource. */
export type OwnerInput = FieldInputs<Owner>;

/** Returns the owner of the objects that the resource with this logical name creates in an engine. */
export function ownerOf(name: string): OwnerInput {
  return { id: stateIdentity(), project: pulumi.getProject(), stack: pulumi.getStack(), name };
}

/**
 * The random identity of the state. All objects of this package depend on it, so the state records it before anything
 * else exists.
 */
class Identity extends SwarmResource {
  declare readonly identity: pulumi.Output<string>;

  constructor() {
    super("Identity", IDENTITY_NAME, { identity: undefined });
  }
}

/**
 * Returns the owner at the time the component with this logical name was created, for labels that Docker cannot change:
 * those of networks, secrets and configs.
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

/** One identity for each run: with the Automation API a process may run several stacks. */
const identities = new WeakMap<object, Identity>();

/** Returns an object that identifies the run: the connection to the Pulumi engine. */
let currentRun = (): object => pulumi.runtime.getMonitor() ?? pulumi.runtime;

/** Replaces how runs are identified, for a process in which each component has its own connection. */
export function identifyRunBy(run: () => object): void {
  currentRun = run;
}

function stateIdentity(): pulumi.Output<string> {
  const run = currentRun();
  const identity = identities.get(run) ?? new Identity();
  identities.set(run, identity);
  return identity.identity;
}
