import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../engine/connection.ts";
import type { NodeRole } from "../engine/types.ts";
import type { Host } from "../host/host.ts";
import type { Demand } from "../preflight/demand.ts";

/** A host as a node of the Swarm. */
export interface SwarmNode {
  /** The Swarm's id for the node. */
  nodeId: string;
  role: NodeRole;
  /** The address the Swarm knows it by. */
  address: string;
}

export declare class Swarm extends pulumi.ComponentResource {
  /** The Swarm's id. Unknown in a preview only when the Swarm is made or made anew. */
  readonly swarmId: pulumi.Output<string>;
  /** The hosts of this Swarm by key. */
  readonly hosts: Readonly<Record<string, Host>>;
  /** Each host's node, by host key. */
  readonly nodes: Readonly<Record<string, pulumi.Output<SwarmNode>>>;
  /** Engines of the managers, by host key. */
  readonly managers: Readonly<Record<string, pulumi.Output<EngineConnection>>>;
  /** For `@pulumi/docker` resources on this Swarm: talks to a manager. */
  readonly provider: docker.Provider;
  /** Secret. */
  readonly workerJoinToken: pulumi.Output<string>;
  /** Secret. */
  readonly managerJoinToken: pulumi.Output<string>;
  /** Secret; empty unless `autolock` is on. */
  readonly unlockKey: pulumi.Output<string>;
  /**
   * Has what a component needs of the engines checked with everything else, before anything is touched. Returns the
   * resource to depend on. Call it in the component's constructor, before its first child.
   */
  preflight(demand: Demand, parent: pulumi.ComponentResource, name: string): pulumi.Resource;
}
