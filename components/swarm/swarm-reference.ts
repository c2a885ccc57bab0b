import type * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NodeRole } from "../../engine/types.ts";

/** A host as a node of the Swarm. */
export interface SwarmNode {
  /** The node's id in the Swarm. */
  nodeId: pulumi.Output<string>;
  /** Its role in the Swarm. */
  role: NodeRole;
  /** Its address in the Swarm. */
  address: pulumi.Output<string>;
}

/** The parts of a Swarm that other components need to find its nodes and connect to them. */
export interface SwarmReference {
  /** The Swarm's id. */
  readonly swarmId: pulumi.Output<string>;
  /** Engines of the managers, by host key. */
  readonly managers: Readonly<Record<string, pulumi.Output<EngineConnection>>>;
  /**
   * Returns a host's node.
   *
   * @throws Error if no host of this Swarm has that key
   */
  node(hostKey: string): SwarmNode;
}
