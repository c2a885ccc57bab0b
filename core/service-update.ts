import type { Mount } from "../engine/service-types.ts";

/** The tasks that a change restarts, and their order. */
export type RolloutMode = "create" | "in-place" | "one-by-one" | "all-at-once";

/** How a change is rolled out to the tasks. */
export interface Rollout {
  /**
   * `create`: the service is new. `in-place`: no task restarts. `one-by-one`: tasks restart one after another.
   * `all-at-once`: all tasks restart together, and the service is down until they are back.
   */
  mode: RolloutMode;
  /** Why this mode was chosen: the changed fields. Shown in the preview. */
  reason: string;
}

/** How a rolling update finds locks that stopped tasks did not release. */
export interface LockOptions {
  /**
   * A command in a task's container that prints all locks, each as a line of JSON: `id`, `resource`, `owner` (the hostname
   * of a task's container) and `time` (when it was taken).
   */
  command: string[];
  /** Seconds after which the application has released any stale lock. */
  expirySeconds: number;
  /**
   * Prefix of the names of the application's own resources. Their locks are ignored.
   * @default - no locks are ignored
   */
  internalPrefix?: string;
}

/** A trial run of new settings in a separate container, before all tasks of a service restart with them. */
export interface SettingsValidation {
  /** The container's arguments, without references to the application's data and its other tasks. */
  args: string[];
  /** The container's mounts, without the application's data. */
  mounts: Mount[];
  /**
   * Lines of its /etc/hosts, without the addresses of other tasks.
   * @default - none
   */
  hosts?: string[];
  /** A command in the container that exits with 0 when the application has started. */
  readyCommand: string[];
  /** Name of the component's argument for environment variables, for messages. */
  environmentArgument: string;
  /** Names of variables with secret values. */
  secretVariables?: string[];
  /** Variables that the application reads from a secret file. Secret. */
  secretEnvironment?: Record<string, string>;
  /**
   * Names of variables that make the application write outside its container. If one of them is set, there is no trial
   * run.
   */
  unlessVariables?: string[];
}
