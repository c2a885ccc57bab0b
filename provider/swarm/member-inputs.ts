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
  /** Whether creating the Swarm created docker_gwbridge on the first manager. @default false */
  swarmCreatedGatewayBridge?: boolean;
  role: NodeRole;
  /** The address at which the other nodes reach this one, and on which it listens. Unused once the host has joined. */
  advertiseAddress: string;
  dataPathAddress?: string;
  /** The engine's id. With another id, a new machine joins, but the same node keeps its membership. */
  machineId: string;
  /** Time limit for each of joining, draining and leaving, in seconds. */
  timeoutSeconds: number;
}
export interface MemberState extends MemberInputs {
  /** Whether this program joined the host, or created its Swarm: only then does it remove the node. */
  isOwned: boolean;
  /** Whether joining created docker_gwbridge: only then is the bridge removed on leaving. */
  createdGatewayBridge?: boolean;
  /** The node's address in the Swarm. */
  address: string;
}
