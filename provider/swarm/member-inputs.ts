import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NodeRole } from "../../engine/types.ts";
import type { Owner } from "../../core/labels.ts";
import type { Managers } from "./manager-pool.ts";
import type { NodeSettings } from "./node-settings.ts";

export interface MemberInputs extends NodeSettings {
  /** The user's name for the host, for messages. */
  hostKey?: string;
  connection: EngineConnection;
  managers: Managers;
  swarmId: string;
  /** The owner of the node, if this program joined it. */
  owner: Owner;
  /** Whether this program created the Swarm: then it may remove nodes that it did not join itself. */
  ownsSwarm: boolean;
  /** Whether creating the Swarm created docker_gwbridge on the first manager. */
  swarmCreatedGatewayBridge?: boolean;
  role: NodeRole;
  /** Token of the role. Unused once the host has joined. */
  joinToken: string;
  /** Addresses of managers to join through. Unused once the host has joined. */
  joinAddresses: string[];
  advertiseAddress: string;
  listenAddress: string;
  dataPathAddress?: string;
  /** The engine's id. With another id, a new machine joins, but the same node keeps its membership. */
  machineId: string;
  /** Time limit for each of joining, draining and leaving, in seconds. */
  timeoutSeconds: number;
}
export interface MemberState extends MemberInputs {
  /** Whether this program joined the host. */
  joined: boolean;
  /** Whether joining created docker_gwbridge: only then is the bridge removed on leaving. */
  createdGatewayBridge?: boolean;
  /** The address by which the Swarm knows the node. */
  address: string;
}
