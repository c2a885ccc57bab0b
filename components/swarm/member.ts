import type * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NodeAvailability, NodeRole } from "../../engine/types.ts";
import type { Host } from "../hosts/host.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { OwnerInput } from "../shared/owner.ts";
import type { Cluster } from "./cluster.ts";

export interface MemberArgs {
  host: Host;
  role: NodeRole;
  cluster: Cluster;
  owner: OwnerInput;
  managers: Record<string, pulumi.Output<EngineConnection>>;
  timeoutSeconds: pulumi.Input<number>;
  /** @default - unchanged */
  availability?: pulumi.Input<NodeAvailability>;
}

/** A host's membership in the Swarm. */
export class Member extends SwarmResource {
  /** The node's address in the Swarm. */
  declare readonly address: pulumi.Output<string>;

  constructor(name: string, args: MemberArgs, opts: pulumi.CustomResourceOptions) {
    const { host, cluster, owner, role, managers, timeoutSeconds, availability } = args;
    super(
      "Member",
      name,
      {
        hostKey: host.key,
        connection: host.engine,
        managers,
        swarmId: cluster.id,
        owner,
        ...(role === "manager" && { swarmCreatedGatewayBridge: cluster.createdGatewayBridge }),
        role,
        advertiseAddress: host.privateAddress,
        dataPathAddress: host.dataPathAddress,
        machineId: host.machineId,
        timeoutSeconds,
        labels: nodeLabels(host),
        availability,
        isOwned: undefined,
        createdGatewayBridge: undefined,
        address: undefined,
      },
      opts,
    );
  }
}

/** Returns the labels of a host's node; undefined without any. */
function nodeLabels({ labels, zone }: Host): Record<string, string> | undefined {
  const all = { ...labels, ...(zone !== undefined && { "pulumi-swarm.zone": zone }) };
  return Object.keys(all).length > 0 ? all : undefined;
}
