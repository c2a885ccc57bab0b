import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { MinioNetworkPolicyArgs } from "./args.ts";
import { validateNetworkPolicy } from "./validation.ts";
import { minioPolicies } from "./policies.ts";

export type { AddressPeer, PolicyTarget, MinioNetworkPolicyArgs, NetworkPeer, PodPeer } from "./args.ts";

/**
 * Who may reach a store, and whom its namespace may reach: members each other, named clients the S3 API, others the
 * console; DNS; nothing else. Whether it holds is up to the cluster's network: Calico and Cilium enforce policies,
 * Flannel by itself does not.
 *
 * @example
 * new MinioNetworkPolicy("store", { store, clients: [{ namespace: "shop" }] });
 */
export class MinioNetworkPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: MinioNetworkPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    throwIfInvalid(`MinioNetworkPolicy "${name}"`, validateNetworkPolicy(args));
    super("pulumi-swarm:index:MinioNetworkPolicy", name, {}, opts);
    const { namespace, serviceName } = args.store;
    for (const [role, spec] of Object.entries(minioPolicies(serviceName, args))) {
      const metadata = { name: `${serviceName}-${role}`, namespace };
      new kubernetes.networking.v1.NetworkPolicy(`${name}-${role}`, { metadata, spec }, { parent: this });
    }
    this.registerOutputs({});
  }
}
