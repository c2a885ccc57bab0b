import type * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NodeRole } from "../../engine/types.ts";

/** A host as a node of the Swarm. */
export interface SwarmNode {
  /** The Swarm's id for the node. */
  nodeId: pulumi.Output<string>;
  /** What it is in the Swarm. */
  role: NodeRole;
  /** The address the Swarm knows it by. */
  address: pulumi.Output<string>;
}

/** The part of a Swarm that names its nodes and reaches them. */
export interface SwarmReference {
  /** The Swarm's id. */
  readonly swarmId: pulumi.Output<string>;
  /** Engines of the managers, by host key. */
  readonly managers: Readonly<Record<string, pulumi.Output<EngineConnection>>>;
  /**
   * Returns a host's node.
   *
   * @throws Error when no host of this Swarm has that key
   */
  node(hostKey: string): SwarmNode;
}
