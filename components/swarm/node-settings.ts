import type * as pulumi from "@pulumi/pulumi";
import type { NodeAvailability } from "../../engine/types.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { SwarmReference } from "./swarm-reference.ts";

/** A node and its settings. */
export interface NodeSettingsArgs {
  /** The Swarm the node belongs to. */
  swarm: SwarmReference;
  /** Key of the node's host. */
  host: string;
  /** Labels of the node. Its other labels stay unchanged, so several resources can set labels on one node. */
  labels: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Availability: `active` takes tasks, `pause` only keeps those it has, `drain` moves them away.
   * @default - unchanged
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
