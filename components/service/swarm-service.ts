import * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../engine/types.ts";
import { SwarmResource } from "../shared/resource.ts";
import { knownValue } from "../shared/inputs.ts";
import { ownerLabels } from "../../core/labels.ts";
import { type OwnerInput, ownerOf } from "../shared/owner.ts";
import type { SwarmServiceArgs } from "./args.ts";
import type { Rollout } from "../../core/service-update.ts";

/**
 * A Swarm service, global or replicated, that counts as made only when it works: `pulumi up` waits for its tasks and,
 * with `readyCommand`, for the application in them, and fails with what the tasks themselves said. It is updated in
 * place, networks included, and the preview says beforehand how a change rolls out (`rollout`).
 *
 * @example
 * new SwarmService("web", {
 *   swarm,
 *   spec: {
 *     Name: "web",
 *     Mode: { Replicated: { Replicas: 2 } },
 *     TaskTemplate: { ContainerSpec: { Image: "caddy:2@sha256:…" }, Networks: [{ Target: network.networkId }] },
 *   },
 * });
 */
export class SwarmService extends SwarmResource {
  /** How the last change reached the tasks. */
  declare readonly rollout: pulumi.Output<Rollout>;
  /** The service's id in the Swarm. */
  readonly serviceId: pulumi.Output<string>;
  /** The service's name in the Swarm. */
  readonly serviceName: pulumi.Output<string>;

  constructor(name: string, args: SwarmServiceArgs, opts?: pulumi.CustomResourceOptions) {
    const {
      swarm,
      readyCommand,
      maintenanceCommand,
      restartTogether = [],
      immutable = {},
      timeoutSeconds = 600,
    } = args;
    const owner = ownerOf(name);
    const checked = requireFreeName(name, args, owner);
    // Put together field by field: as one Output, all of it would be unknown in a preview when a part of it is.
    const labels = pulumi.all([args.spec.Labels, ownerLabels(owner)]).apply(([asked, own]) => ({ ...asked, ...own }));
    const spec = { ...args.spec, Labels: labels };
    const tasks = args.tasks ?? pulumi.output(spec.Mode).apply(defaultTaskCount);
    super(
      "Service",
      name,
      {
        managers: swarm.managers,
        swarmId: swarm.swarmId,
        owner,
        adopt: args.adopt,
        nodes: swarm.nodeEngines,
        spec,
        restartTogether,
        peers: args.peers,
        immutable,
        readyCommand,
        maintenanceCommand,
        locks: args.locks,
        minReadySeconds: args.minReadySeconds,
        validation: args.validation,
        rollback: args.rollback,
        tasks,
        timeoutSeconds,
        rollout: undefined,
        serviceId: undefined,
      },
      pulumi.mergeOptions(opts, { dependsOn: checked }),
    );
    this.serviceId = this.id;
    this.serviceName = pulumi.output(spec.Name);
  }
}

/** Has the preflight check the service's name, if the program knows it beforehand. */
function requireFreeName(
  name: string,
  { swarm, spec, adopt }: SwarmServiceArgs,
  owner: OwnerInput,
): pulumi.Input<pulumi.Resource>[] {
  const serviceName = knownValue(spec.Name);
  if (typeof serviceName !== "string") return [];
  const names = { subject: `SwarmService "${name}"`, name: serviceName, nameArgument: "spec.Name" };
  return [swarm.preflight({ kind: "service", ...names, owner, adopt, ports: {}, hosts: [], disks: [] })];
}

/** A replicated service has as many tasks as replicas; of a global one nobody knows how many nodes will match. */
function defaultTaskCount(mode: ServiceSpec["Mode"]): number {
  return "Replicated" in mode ? mode.Replicated.Replicas : 1;
}
