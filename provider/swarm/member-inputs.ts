import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NodeRole } from "../../engine/types.ts";
import type { Owner } from "../../core/labels.ts";
import type { Managers } from "./manager-pool.ts";

export interface MemberInputs {
  /** Your name for the host, for messages. */
  hostKey?: string;
  connection: EngineConnection;
  managers: Managers;
  swarmId: string;
  /** Whose node it is, once this program made it join. */
  owner: Owner;
  /** Whether this program made the Swarm, and so may take away nodes that were there before it joined them. */
  ownsSwarm: boolean;
  /** Whether Docker's bridge for Swarm tasks came to the first manager with the Swarm. */
  swarmCreatedGatewayBridge?: boolean;
  role: NodeRole;
  /** For the role; of no meaning once the host has joined. */
  joinToken: string;
  /** Addresses of managers to join through; of no meaning once the host has joined. */
  joinAddresses: string[];
  advertiseAddress: string;
  listenAddress: string;
  dataPathAddress?: string;
  /** The engine's id. Another machine joins; the same node with another id stays. */
  machineId: string;
  /** How long joining, draining and leaving may take each, in seconds. */
  timeoutSeconds: number;
}
export interface MemberState extends MemberInputs {
  /** Whether this program made the host join. */
  joined: boolean;
  /** Whether Docker's bridge for Swarm tasks came with the membership: only then does it go with it. */
  createdGatewayBridge?: boolean;
  address: string;
}
