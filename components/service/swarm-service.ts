import * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../engine/types.ts";
import { SwarmResource } from "../shared/resource.ts";
import { knownValue } from "../shared/inputs.ts";
import { ownerLabels } from "../../core/labels.ts";
import { type OwnerInput, ownerOf } from "../shared/owner.ts";
import type { SwarmServiceArgs } from "./args.ts";
import type { Rollout } from "../../core/service-update.ts";

/**
 * A global or replicated Swarm service. `pulumi up` waits until its tasks run and, with `readyCommand`, until the
 * application in them is ready; on failure it prints the tasks' own logs. The service is updated in place, including its
 * networks, and the preview shows how a change is rolled out (`rollout`).
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
  /** How the last change was rolled out. */
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
    // Not a single Output: in a preview, all of it would be unknown if any part of it is.
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

/** Adds a preflight requirement for the service's name, if the program knows it. */
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

/** Returns the number of replicas; 1 for a global service, as the number of matching nodes is unknown. */
function defaultTaskCount(mode: ServiceSpec["Mode"]): number {
  return "Replicated" in mode ? mode.Replicated.Replicas : 1;
}
