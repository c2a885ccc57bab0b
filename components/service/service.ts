import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../engine/types.ts";
import { ownerLabels } from "../../core/labels.ts";
import type { Rollout } from "../../core/service-update.ts";
import { secretInput } from "../shared/component.ts";
import { knownValue, type LeafInputs } from "../shared/inputs.ts";
import { ownerOf } from "../shared/owner.ts";
import { SwarmResource } from "../shared/resource.ts";
import { type Transform, transformed } from "../shared/transform.ts";
import type { SwarmServiceArgs } from "./args.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

/**
 * A Swarm service. Other components with a service create this resource directly, without a `SwarmService` in between.
 */
export class Service extends SwarmResource {
  /** How the last change was rolled out. */
  declare readonly rollout: pulumi.Output<Rollout>;

  constructor(name: string, args: SwarmServiceArgs, opts: pulumi.CustomResourceOptions) {
    const { swarm, spec, restartTogether = [], immutable = {}, timeoutSeconds = 600, ...rest } = args;
    const owner = ownerOf(name);
    // Only the labels are one Output: with the whole spec as one, an unknown part would hide all of it in a preview.
    const labels = pulumi.all([spec.Labels, ownerLabels(owner)]).apply(([given, own]) => ({ ...given, ...own }));
    super(
      "Service",
      name,
      {
        ...rest,
        managers: swarm.managers,
        swarmId: swarm.swarmId,
        owner,
        nodes: swarm.nodeEngines,
        spec: { ...spec, Labels: labels },
        registryCredentials: secretInput(args.registryCredentials),
        restartTogether,
        immutable,
        tasks: args.tasks ?? pulumi.output(spec.Mode).apply(defaultTaskCount),
        timeoutSeconds,
        rollout: undefined,
        serviceId: undefined,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["registryCredentials"] }),
    );
  }
}

/** Returns the number of replicas; 1 for a global service, as the number of matching nodes is unknown. */
function defaultTaskCount(mode: ServiceSpec["Mode"]): number {
  return "Replicated" in mode ? mode.Replicated.Replicas : 1;
}

/** The service of a component, as `transform.service` gets it. Its lists and objects are plain and can be changed in place. */
export type ServiceTransformArgs = Omit<SwarmServiceArgs, "spec"> & {
  /** The service's spec in the format of the Engine API. Its name must stay. */
  spec: LeafInputs<ServiceSpec>;
};

/** Changes of the children of a component that runs a service. TypeScript only. */
export interface ServiceTransform {
  /**
   * A Swarm service, before it is created.
   * @default - unchanged
   */
  service?: Transform<ServiceTransformArgs>;

  /**
   * A Docker secret, before it is created.
   * @default - unchanged
   */
  secret?: Transform<docker.SecretArgs>;
}

/**
 * Creates the service of a component, after applying its `transform.service`. That must keep the service's name, which
 * the preflight checks.
 */
export function createService(
  subject: string,
  transform: ServiceTransform["service"],
  name: string,
  args: ServiceTransformArgs,
  opts: pulumi.CustomResourceOptions,
): Service {
  const serviceName = args.spec.Name;
  const [, changed, ownOpts] = transformed(transform, name, { ...args, spec: copyPlainParts(args.spec) }, opts);
  if (changed.spec.Name !== serviceName) {
    const problem = "must not change, because the preflight has checked it: give serviceName instead";
    rejectIssues(subject, [
      { argument: "transform.service: spec.Name", value: knownValue(changed.spec.Name), problem },
    ]);
  }
  return new Service(name, changed, ownOpts);
}

/** Copies lists and objects, so that a transform changes neither constants nor another service. */
function copyPlainParts<T>(value: T): T {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return value;
  if (Array.isArray(value)) return value.map(copyPlainParts) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyPlainParts<unknown>(part)])) as T;
}
