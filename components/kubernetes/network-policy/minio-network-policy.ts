import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { MinioNetworkPolicyArgs } from "./args.ts";
import { validateNetworkPolicy } from "./validation.ts";
import { minioPolicies } from "./policies.ts";
import { rejectWrongArguments } from "../../shared/reject-arguments.ts";

export type { AddressPeer, PolicyTarget, MinioNetworkPolicyArgs, NetworkPeer, PodPeer } from "./args.ts";

/**
 * Network policies for a store and its namespace. They allow connections between members, from the given clients to the
 * S3 API and the console, and to DNS, and nothing else. The cluster's network plugin must enforce them: Calico and Cilium
 * do, Flannel alone does not.
 *
 * @example
 * new MinioNetworkPolicy("store", { store, clients: [{ namespace: "shop" }] });
 */
export class MinioNetworkPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: MinioNetworkPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("MinioNetworkPolicy", name, args);
    throwIfInvalid(`MinioNetworkPolicy "${name}"`, validateNetworkPolicy(args));
    super("swarm:index:MinioNetworkPolicy", name, {}, opts);
    const { namespace, serviceName } = args.store;
    for (const [role, spec] of Object.entries(minioPolicies(serviceName, args))) {
      const metadata = { name: `${serviceName}-${role}`, namespace };
      new kubernetes.networking.v1.NetworkPolicy(`${name}-${role}`, { metadata, spec }, { parent: this });
    }
    this.registerOutputs({});
  }
}
