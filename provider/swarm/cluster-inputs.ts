import type { Owner } from "../../core/labels.ts";
import type { Managers } from "./manager-pool.ts";

export interface ClusterInputs {
  managers: Managers;
  owner: Owner;
  /** The manager that makes the Swarm when there is none. Kept as it was then. */
  firstManager: { hostKey: string; advertiseAddress: string; listenAddress: string; dataPathAddress?: string };
  /** Fixed when the Swarm is made. Absent: the Engine's own choice. */
  addressPools?: string[];
  subnetSize?: number;
  dataPathPort?: number;
  /** Changed in place. Absent: left as they are. */
  autolock?: boolean;
  certificateExpiryDays?: number;
  taskHistoryLimit?: number;
  /** Another value means other join tokens. */
  joinTokenGeneration?: string | number;
  /** Whether one host is all there is to be. Absent in states of old. */
  singleHost?: boolean;
  adopt: boolean;
  allowOutage: boolean;
}
export interface ClusterState extends ClusterInputs {
  /** The Swarm's id; the preflight recognises a recorded Swarm by it. */
  swarmId: string;
  /** Whether this program made the Swarm: only then does it end it. */
  ownsSwarm: boolean;
  /** Whether Docker's bridge for Swarm tasks came with the Swarm: only then does it go with it. */
  createdGatewayBridge: boolean;
  creationSettings: CreationSettings;
  joinTokens: { worker: string; manager: string };
  unlockKey: string;
}

/** What a Swarm was made with. */
export type CreationSettings = Required<Pick<ClusterInputs, "addressPools" | "subnetSize" | "dataPathPort">>;
