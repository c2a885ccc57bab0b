import type { Mount } from "../engine/service-types.ts";

/** How a change is rolled out to the tasks. */
export interface Rollout {
  /**
   * `create`: there is nothing to disturb. `in-place`: no task restarts. `one-by-one`: each task restarts in turn.
   * `all-at-once`: all tasks restart together, and the service is down until they are back.
   */
  mode: "create" | "in-place" | "one-by-one" | "all-at-once";
  /** The fields that decided it, for the reader of a preview. */
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
   * Prefix of the names of the application's own resources, whose locks are ignored.
   * @default - no locks are ignored
   */
  internalPrefix?: string;
}

/** How new settings are started once on their own, before all tasks of a service restart with them. */
export interface SettingsValidation {
  /** The container's arguments, in place of those that lead to the application's data and to its other tasks. */
  args: string[];
  /** The container's mounts, in place of those that hold the application's data. */
  mounts: Mount[];
  /** A command in the container that ends with 0 when the application has started. */
  readyCommand: string[];
  /** The argument of the component that the environment comes from, for messages. */
  environmentArgument: string;
  /** Names of the variables whose values are secret. */
  secretVariables?: string[];
  /** Names of variables that make the application write outside its container: with one of them nothing is started. */
  unlessVariables?: string[];
}
