import * as pulumi from "@pulumi/pulumi";
import { onlyChildOptions, secretInput, SwarmComponent } from "../shared/component.ts";
import { knownValue } from "../shared/inputs.ts";
import { ownerOf } from "../shared/owner.ts";
import type { SwarmServiceArgs } from "./args.ts";
import { validateRegistryCredentials } from "./registry-credentials.ts";
import { validateNumbers, validateSpec } from "./spec-validation.ts";
import type { Rollout } from "../../core/service-update.ts";
import { Service } from "./service.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

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
export class SwarmService extends SwarmComponent {
  /** How the last change was rolled out. */
  readonly rollout: pulumi.Output<Rollout>;
  /** The service's id in the Swarm. */
  readonly serviceId: pulumi.Output<string>;
  /** The service's name in the Swarm. */
  readonly serviceName: pulumi.Output<string>;

  constructor(name: string, args: SwarmServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("SwarmService", name, args);
    rejectIssues(`SwarmService "${name}"`, [
      ...validateSpec(args.spec),
      ...validateNumbers(args),
      ...validateRegistryCredentials(args),
    ]);
    super("SwarmService", name, { ...args, registryCredentials: secretInput(args.registryCredentials) }, opts);
    const dependsOn = requireFreeName(name, args);
    const service = new Service(name, args, { ...onlyChildOptions(this, opts), dependsOn });
    this.rollout = service.rollout;
    this.serviceId = service.id;
    this.serviceName = pulumi.output(args.spec.Name);
    this.registerOutputs({ rollout: this.rollout, serviceId: this.serviceId, serviceName: this.serviceName });
  }
}

/** Adds a preflight requirement for the service's name, if the program knows it. */
function requireFreeName(name: string, { swarm, spec, adopt }: SwarmServiceArgs): pulumi.Input<pulumi.Resource>[] {
  const serviceName = knownValue(spec.Name);
  if (typeof serviceName !== "string") return [];
  const names = { subject: `SwarmService "${name}"`, name: serviceName, nameArgument: "spec.Name" };
  return [swarm.preflight({ kind: "service", ...names, owner: ownerOf(name), adopt, ports: {}, hosts: [], disks: [] })];
}
