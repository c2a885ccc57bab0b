import type * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../engine/types.ts";
import type { DeepInput, FieldInputs } from "../shared/inputs.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { RegistryLoginArgs } from "./registry-credentials.ts";
import type { LockOptions, SettingsValidation } from "../../core/service-update.ts";
import type { ImmutableValue } from "../../core/immutable-value.ts";

/** The arguments of SwarmService. */
export interface SwarmServiceArgs extends RegistryLoginArgs {
  /** The Swarm that runs the service. */
  swarm: Swarm;

  /**
   * The service's spec in the format of the Engine API (durations in nanoseconds, sizes in bytes). Networks, secrets and
   * configs are referenced by id. `UpdateConfig` cannot be set: the rollout mode follows from the change itself (see
   * `restartTogether`).
   *
   * Plain: only the object itself. Its fields may be Outputs.
   * @example
   * spec: {
   *   Name: "web",
   *   Mode: { Global: {} },
   *   TaskTemplate: { ContainerSpec: { Image: "caddy:2@sha256:…" }, Networks: [{ Target: network.id }] },
   * }
   */
  spec: FieldInputs<ServiceSpec>;

  /**
   * Options of the log driver on Swarms in which the default driver of every engine is `json-file`, which never rotates a file
   * by itself. On others, and if `spec` sets `LogDriver`, they have no effect.
   * Plain: only the names.
   * @default - none
   * @example { "max-size": "10m", "max-file": "3" }
   */
  defaultLogOptions?: Record<string, pulumi.Input<string>>;

  /**
   * Whether to adopt an existing service of this name: it then belongs to this stack and is updated in place to match
   * `spec`. Has no effect once the state records the service.
   * Plain: the preview checks it.
   * @default false: such a service is rejected in the preview
   */
  adopt?: boolean;

  /**
   * Fields that must be the same in all tasks, as paths in `spec` (`TaskTemplate.ContainerSpec.Image`; environment
   * variables by prefix: `TaskTemplate.ContainerSpec.Env:MINIO_`). A change of one of them restarts all tasks at once; any
   * other change restarts them one by one.
   * Plain: the preview shows how a change is rolled out.
   * @default - none: every change restarts tasks one by one
   */
  restartTogether?: string[];

  /**
   * Names of the services that form one application with this one. Its own name may be included. A service of this
   * stack that is no longer listed is removed right before tasks of this one restart. Otherwise it would keep running
   * with the previous settings until Pulumi removes it at the end of its run.
   * Plain: the preview shows how a change is rolled out.
   * @default - none
   */
  peers?: string[];

  /**
   * Values that cannot change as long as the service exists, by the name of the argument.
   * Plain: the preview checks it.
   * @default - none
   */
  immutable?: Record<string, ImmutableValue>;

  /**
   * A command in a task's container that exits with 0 when the whole application is ready. It runs in every running task,
   * including those of `peers`; the service is ready once it succeeds in all of them at the same time. It may block until
   * then. Hosts with an unreachable engine are skipped.
   * Plain: the preview shows how a change is rolled out.
   * @default - the service is ready when its tasks run and are healthy
   */
  readyCommand?: string[];

  /**
   * A command in a task's container that exits with 0 when this task may stop. A rolling update runs it in every running
   * task before each step, and replaces a task only once it succeeds in all of them. It may block until then. A host that
   * is down is updated when it comes back.
   * Plain: the preview shows how a change is rolled out.
   * @default - the next task is replaced as soon as the previous one runs
   */
  maintenanceCommand?: string[];

  /**
   * For applications with tasks that hold locks and do not release them when they stop. While a stale lock exists, a
   * rolling update stops at most one more task; then it waits until the lock expires, in addition to `timeoutSeconds`.
   * So a client that tries three times does not meet three stopped tasks in a row. Used with `maintenanceCommand` only.
   * Plain: the preview shows how a change is rolled out.
   * @default - the update does not wait for locks
   */
  locks?: LockOptions;

  /**
   * Seconds for which `readyCommand` and `maintenanceCommand` must keep succeeding in tasks that have just started:
   * before the service is ready, and before the next task is replaced. For applications with members that connect to
   * each other only some time after they report that they are ready. Added to `timeoutSeconds`.
   * @default 0
   */
  minReadySeconds?: pulumi.Input<number>;

  /**
   * Trial run of new settings before a change restarts all tasks at once: one container without the application's data.
   * If the application exits in it but starts with the present settings, the new ones are rejected.
   * @default - new settings are not tried
   */
  validation?: DeepInput<SettingsValidation>;

  /**
   * Whether to roll back a failed change: the tasks get their previous settings, and `pulumi up` fails once the service
   * is ready again. With `false`, or if the service did not run before or `peers` were removed, the change is kept, and
   * the next `pulumi up` resumes it.
   * Plain: the preview shows how a change is rolled out.
   * @default true
   */
  rollback?: boolean;

  /**
   * The number of tasks that must run, not counting those on hosts that are down.
   * @default - the replicas of a replicated service; at least one for a global one
   */
  tasks?: pulumi.Input<number>;

  /**
   * Seconds within which the service must be ready after a create or an update; with `maintenanceCommand`, after each step
   * of an update.
   * @default 600
   */
  timeoutSeconds?: pulumi.Input<number>;
}
