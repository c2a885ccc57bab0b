import type * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../engine/types.ts";
import type { DeepInput, FieldInputs } from "../shared/inputs.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { LockOptions, SettingsValidation } from "../../core/service-update.ts";
import type { ImmutableValue } from "../../core/immutable-value.ts";

/** What a service is to be, and how it is known to work. */
export interface SwarmServiceArgs {
  /** The Swarm that runs the service. */
  swarm: Swarm;

  /**
   * What the service is to be, as the Engine API spells it (durations in nanoseconds, sizes in bytes). Networks,
   * secrets and configs go by id. `UpdateConfig` is not yours to give: how a change rolls out is decided from the
   * change itself (see `restartTogether`).
   *
   * @example
   * spec: {
   *   Name: "web",
   *   Mode: { Global: {} },
   *   TaskTemplate: { ContainerSpec: { Image: "caddy:2@sha256:…" }, Networks: [{ Target: network.id }] },
   * }
   */
  spec: FieldInputs<ServiceSpec>;

  /**
   * Whether a service of this name that something else created is adopted: it becomes this stack's and is changed in
   * place to match `spec`. Once the state records it, the argument has no effect.
   * @default false: such a service is refused in the preview
   */
  adopt?: boolean;

  /**
   * Fields in which the tasks must agree, as paths into `spec` (`TaskTemplate.ContainerSpec.Image`; of the
   * environment single variables by a prefix: `TaskTemplate.ContainerSpec.Env:MINIO_`). A change of one restarts all
   * tasks at once; any other change goes task by task.
   * @default - none: every change goes task by task
   */
  restartTogether?: string[];

  /**
   * Names of the services that make up one application with this one, which may be among them. One that is no longer
   * named, and is this stack's, is removed right before tasks of this one restart: else it would go on with the former
   * settings beside them until Pulumi removes it, at the end.
   * @default - none
   */
  peers?: string[];

  /**
   * What the service is built on for life, by the name of the argument.
   * @default - nothing
   */
  immutable?: Record<string, ImmutableValue>;

  /**
   * A command in a task's container that ends with 0 when the application as a whole works. Only then is the service
   * ready: it is asked in every running task, those of `peers` among them, until all say so at the same time. It may
   * itself wait. A host whose engine cannot be reached is left out.
   * @default - the service is ready when its tasks run and are healthy
   */
  readyCommand?: string[];

  /**
   * A command in a task's container that ends with 0 when this task may be taken away. A change that goes task by task
   * asks it in every running task, before each step: only when all say yes is one of them changed. It may itself wait
   * until it can say yes. A host that is down gets the change when it comes back.
   * @default - the next task is changed as soon as the one before runs
   */
  maintenanceCommand?: string[];

  /**
   * For applications whose tasks hold locks and do not release them when they stop. While a stale lock exists, a rolling
   * update stops at most one more task; then it waits until the lock expires, in addition to `timeoutSeconds`. So a
   * client that tries three times does not meet three stopped tasks in a row. Used with `maintenanceCommand` only.
   * @default - the update does not wait for locks
   */
  locks?: LockOptions;

  /**
   * For how long tasks that have just started must go on saying yes, in seconds: to `readyCommand` before the service
   * is ready, to `maintenanceCommand` before the next task is changed. For applications whose parts find each other
   * only a while after they say that they work. `timeoutSeconds` counts without them.
   * @default 0
   */
  minReadySeconds?: pulumi.Input<number>;

  /**
   * How the new settings of a change that restarts all tasks at once are started once on their own, in one container
   * without the application's data, before any task stops. Settings that do not start there, where the present ones do,
   * are refused.
   * @default - no settings are started beforehand
   */
  validation?: DeepInput<SettingsValidation>;

  /**
   * Whether a change that fails is undone: its tasks get the former settings back, and `pulumi up` fails once the
   * service is ready again. A service that did not run before, and one from which `peers` were removed, stay as the
   * change left them, as all do with `false`; then the next `pulumi up` goes on from there.
   * @default true
   */
  rollback?: boolean;

  /**
   * How many tasks must run. Those of hosts that are down are not waited for.
   * @default - the replicas of a replicated service; at least one for a global one
   */
  tasks?: pulumi.Input<number>;

  /**
   * How long a create or an update may take until the service is ready, in seconds; with `maintenanceCommand` each
   * step of an update.
   * @default 600
   */
  timeoutSeconds?: pulumi.Input<number>;
}
