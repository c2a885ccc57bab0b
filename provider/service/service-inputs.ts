import type { Rollout, SettingsValidation } from "../../core/service-update.ts";
import type { ServiceSpec } from "../../engine/types.ts";
import type { ImmutableValues } from "../../core/immutable-value.ts";
import type { Owner } from "../../core/labels.ts";
import type { Managers } from "../swarm/manager-pool.ts";
import type { NodeEngines } from "./task-exec.ts";

export interface ServiceInputs {
  managers: Managers;
  swarmId: string;
  /** Whose service it is; its labels are part of `spec`. */
  owner: Owner;
  /** Whether a service of this name that belongs to someone else becomes this one. */
  adopt?: boolean;
  /** Where tasks run, by host key: `readyCommand` is run there. */
  nodes: NodeEngines;
  spec: ServiceSpec;
  restartTogether: string[];
  /** Names of the services of one application with this one; what follows from a change of them is no change here. */
  peers?: string[];
  immutable: ImmutableValues;
  readyCommand?: string[];
  /** Asked in every running task before a task is changed in turn. Absent in states of earlier releases. */
  maintenanceCommand?: string[];
  /** Prints the locks that tasks hold. Matters to a change alone, as the next, and is not compared either. */
  locksCommand?: string[];
  /** Matters to a change alone, and is not compared. Absent in states of earlier releases. */
  minReadySeconds?: number;
  /** How new settings are started once before all tasks restart with them. Not compared either, as the next. */
  validation?: SettingsValidation;
  /** Whether a change that fails is undone. Absent in states of earlier releases. */
  rollback?: boolean;
  tasks: number;
  timeoutSeconds: number;
  /** Decided by `check` from what changes, so that the preview shows it. */
  rollout?: Rollout;
}
export interface ServiceState extends ServiceInputs {
  /** The service's id in the Swarm; the preflight recognises a recorded service by it. */
  serviceId?: string;
}
