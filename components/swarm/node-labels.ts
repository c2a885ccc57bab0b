import type * as pulumi from "@pulumi/pulumi";
import type { NodeAvailability } from "../../engine/types.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { SwarmReference } from "./swarm-reference.ts";

export interface NodeLabelsArgs {
  swarm: SwarmReference;
  /** Key of the node's host. */
  host: string;
  labels: pulumi.Input<Record<string, pulumi.Input<string>>>;
  availability?: pulumi.Input<NodeAvailability>;
}

/** Labels of one node, and optionally its availability. */
export class NodeLabels extends SwarmResource {
  constructor(name: string, args: NodeLabelsArgs, opts: pulumi.CustomResourceOptions) {
    const { swarm, host, labels, availability } = args;
    super(
      "NodeLabels",
      name,
      { managers: swarm.managers, swarmId: swarm.swarmId, nodeId: swarm.node(host).nodeId, labels, availability },
      opts,
    );
  }
}
