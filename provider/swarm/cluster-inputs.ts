import type { Owner } from "../../core/labels.ts";
import type { Managers } from "./manager-pool.ts";

export interface ClusterInputs {
  managers: Managers;
  owner: Owner;
  /** The manager on which the Swarm is created. Never changes afterwards. None after an import: it is never created. */
  firstManager?: { hostKey: string; advertiseAddress: string; listenAddress: string; dataPathAddress?: string };
  /** Immutable. @default - the Engine's */
  addressPools?: string[];
  subnetSize?: number;
  dataPathPort?: number;
  /** Updated in place. @default - unchanged */
  autolock?: boolean;
  certificateExpiryDays?: number;
  taskHistoryLimit?: number;
  /** A new value rotates the join tokens. */
  joinTokenGeneration?: string;
  /** Whether the Swarm has only one host. */
  singleHost?: boolean;
  adopt: boolean;
  /** @default false */
  allowOutage?: boolean;
}

export interface ClusterState extends ClusterInputs {
  /** The Swarm's id, by which the preflight recognises a recorded Swarm. */
  swarmId: string;
  /** Whether this program created the Swarm: only then does it remove it. */
  ownsSwarm: boolean;
  /** Whether creating the Swarm created docker_gwbridge: only then is the bridge removed with it. */
  createdGatewayBridge: boolean;
  creationSettings: CreationSettings;
  joinTokens: { worker: string; manager: string };
  unlockKey: string;
}

/** The settings that a Swarm was created with. */
export type CreationSettings = Required<Pick<ClusterInputs, "addressPools" | "subnetSize" | "dataPathPort">>;
