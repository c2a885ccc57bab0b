import type * as pulumi from "@pulumi/pulumi";
import type { NodeAvailability } from "../../engine/types.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { SwarmReference } from "./swarm-reference.ts";

/** Which node, and what is set of it. */
export interface NodeSettingsArgs {
  /** The Swarm the node belongs to. */
  swarm: SwarmReference;
  /** Key of the node's host. */
  host: string;
  /** Labels of the node. Its other labels are left alone, so that several may set labels on one node. */
  labels: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Whether the node takes tasks: `active`, `pause` (keeps those it has) or `drain` (gives them away).
   * @default - left as it is
   */
  availability?: pulumi.Input<NodeAvailability>;
}

/** Labels and availability of one node of a Swarm. */
export class NodeSettings extends SwarmResource {
  constructor(name: string, args: NodeSettingsArgs, opts?: pulumi.CustomResourceOptions) {
    const { swarm, host, labels, availability } = args;
    super(
      "NodeSettings",
      name,
      { managers: swarm.managers, swarmId: swarm.swarmId, nodeId: swarm.node(host).nodeId, labels, availability },
      opts,
    );
  }
}
