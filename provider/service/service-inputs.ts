import type { LockOptions, Rollout, SettingsValidation } from "../../core/service-update.ts";
import type { ServiceSpec } from "../../engine/types.ts";
import type { ImmutableValues } from "../../core/immutable-value.ts";
import type { Owner } from "../../core/labels.ts";
import type { Managers } from "../swarm/manager-pool.ts";
import type { NodeEngines } from "./task-exec.ts";

/** The arguments of SwarmService in wire format; see components/service/args.ts. */
export interface ServiceInputs {
  managers: Managers;
  swarmId: string;
  /** The service's owner. Its labels are part of `spec`. */
  owner: Owner;
  /** Whether to adopt a service of this name with another owner. */
  adopt?: boolean;
  /** Engines of the nodes that run tasks, by host key. Commands run there. */
  nodes: NodeEngines;
  spec: ServiceSpec;
  /** Login that nodes use to pull the image. Secret. */
  registryCredentials?: { username: string; password: string };
  /** Options of the log driver where every engine's default is json-file. Not compared by diff. */
  defaultLogOptions?: Record<string, string>;
  restartTogether: string[];
  /** Names of the application's services. A change of this list alone does not update the service. */
  peers?: string[];
  immutable: ImmutableValues;
  readyCommand?: string[];
  /** Runs in every running task before a rolling update changes the next one. Absent in states of earlier releases. */
  maintenanceCommand?: string[];
  /** How a rolling update finds stale locks. Not compared by diff. */
  locks?: LockOptions;
  /** Not compared by diff. Absent in states of earlier releases. */
  minReadySeconds?: number;
  /** Trial run of new settings before all tasks restart with them. Not compared by diff. */
  validation?: SettingsValidation;
  /** Whether to undo a failed change. Not compared by diff. Absent in states of earlier releases. */
  rollback?: boolean;
  tasks: number;
  timeoutSeconds: number;
  /** Decided by `check`, so that the preview shows it. */
  rollout?: Rollout;
}

export interface ServiceState extends ServiceInputs {
  /** The service's id in the Swarm. The preflight identifies a recorded service by it. */
  serviceId?: string;
}
