import { containsUnknown, deepEqual } from "../runtime/diff.ts";
import type { ServiceSpec, TaskSpec, UpdateConfig } from "../../engine/types.ts";
import type { Rollout } from "../../core/service-update.ts";

const ENVIRONMENT = "TaskTemplate.ContainerSpec.Env";
const NETWORKS = "TaskTemplate.Networks";

/** Fields that restart tasks when they change. Ports are part of a task. */
const RESTARTING_FIELDS = ["TaskTemplate", "EndpointSpec"];

/** Decides how a change from one spec to another is rolled out. */
export function decideRollout(olds: ServiceSpec | undefined, news: ServiceSpec, restartTogether: string[]): Rollout {
  if (!olds) return { mode: "create", reason: "the service is new" };
  const changed = changedPaths(olds, news);
  const together = changedPathsOfAllTasks(olds, news, restartTogether);
  if (together.length > 0) {
    return { mode: "all-at-once", reason: `${together.join(", ")} must be the same in all tasks` };
  }
  const restarting = changed.filter((path) => RESTARTING_FIELDS.some((prefix) => covers(prefix, path)));
  if (restarting.length > 0) return { mode: "one-by-one", reason: `${restarting.join(", ")} changed` };
  return { mode: "in-place", reason: `${changed.join(", ") || "nothing in the service"} changed: no task restarts` };
}

/** Returns the changed paths among the fields that must be the same in all tasks. */
export function changedPathsOfAllTasks(
  olds: ServiceSpec,
  news: ServiceSpec,
  restartTogether: readonly string[],
): string[] {
  return changedPaths(olds, news).filter((path) => restartTogether.some((prefix) => covers(prefix, path)));
}

/** Nanoseconds for which Swarm monitors a new task: a failure within that time fails the update. */
const MONITOR_PERIOD = { short: 1e9, long: 5e9 };

/**
 * Maps a rollout mode to Swarm's UpdateConfig. The old task always stops before the new one starts, as they share ports
 * and data. All-at-once uses `FailureAction: continue`: with all tasks already stopped, pausing protects nothing and would
 * fail updates in which a task succeeds on retry.
 *
 * @param monitor `long` without a `readyCommand`: on a busy host a task takes a while to fail
 */
export function updateConfig(
  { mode }: Pick<Rollout, "mode">,
  monitor: keyof typeof MONITOR_PERIOD = "short",
): UpdateConfig {
  return {
    Parallelism: mode === "all-at-once" ? 0 : 1,
    Delay: 0,
    FailureAction: mode === "all-at-once" ? "continue" : "pause",
    Monitor: MONITOR_PERIOD[monitor],
    MaxFailureRatio: 0,
    Order: "stop-first",
  };
}

/**
 * Returns the spec with an UpdateConfig for a rollback. It does not pause when tasks fail, because tasks of the failed
 * update keep failing until Swarm replaces them.
 *
 * @param Order `start-first` if no task runs, so that Swarm does not wait for one to stop
 */
export function toRollbackSpec(spec: ServiceSpec, Order: UpdateConfig["Order"]): ServiceSpec {
  const { UpdateConfig = updateConfig({ mode: "one-by-one" }) } = spec;
  return { ...spec, UpdateConfig: { ...UpdateConfig, FailureAction: "continue", Order } };
}

/** 90 days in nanoseconds: longer than any `up`, and still a safe integer. */
const PAUSE_DELAY = 90 * 24 * 3600 * 1e9;

/**
 * Returns an UpdateConfig that makes Swarm replace one task and then pause. The delay alternates between two values,
 * because Swarm ignores an update that changes nothing.
 */
export function stepOnceConfig(before: UpdateConfig | undefined): UpdateConfig {
  const Delay = before?.Delay === PAUSE_DELAY ? PAUSE_DELAY + 1_000 : PAUSE_DELAY;
  return { ...updateConfig({ mode: "one-by-one" }), Delay };
}

/** Describes a change that restarts tasks, as one line for the preview. */
export function describeRollout(
  { Name, TaskTemplate }: ServiceSpec,
  rollout: Rollout,
  hasMaintenanceCheck: boolean,
): string | undefined {
  const { mode, reason } = rollout;
  if (mode === "all-at-once") {
    return `service ${Name}: all tasks restart at once, a short outage: ${reason}; it takes the time ${describeDowntime(TaskTemplate)}`;
  }
  if (mode !== "one-by-one") return undefined;
  const condition = hasMaintenanceCheck ? "; each waits until the application's maintenance check passes" : "";
  return `service ${Name}: its tasks restart one by one: ${reason}${condition}`;
}

/** Describes how long an outage takes. Leaves out values that are not known yet. */
function describeDowntime({ ContainerSpec }: Partial<TaskSpec>): string {
  const { StopGracePeriod, Healthcheck } = ContainerSpec ?? {};
  const isKnown = typeof StopGracePeriod === "number" && !containsUnknown(StopGracePeriod);
  const stop = isKnown ? `to stop the tasks (at most ${StopGracePeriod / 1e9} s)` : "to stop the tasks";
  const isChecked = Healthcheck !== undefined && Healthcheck.Test?.[0] !== "NONE";
  const interval = isChecked && typeof Healthcheck.Interval === "number" ? Healthcheck.Interval / 1e9 : undefined;
  const check = interval === undefined ? "" : `, for their first health check (after ${interval} s)`;
  return `${stop}, to start the new ones (about 3 s)${check} and for the application to start; no task stops before its host has the image`;
}

/**
 * Returns the paths in which two specs differ: environment variables by name (`…Env:NAME`), networks by whether the first
 * one differs (`…Networks[0]`), other lists as a whole.
 */
export function changedPaths(olds: unknown, news: unknown, path = ""): string[] {
  if (deepEqual(olds, news) && !containsUnknown(news)) return [];
  if (path === ENVIRONMENT && [olds, news].every((one) => isList(one) || one === undefined)) {
    return changedVariables(isList(olds) ? olds : [], isList(news) ? news : []);
  }
  if (path === NETWORKS && isList(olds) && isList(news)) return [deepEqual(olds[0], news[0]) ? path : `${path}[0]`];
  if (!isObject(olds) || !isObject(news)) return [path];
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  return keys.flatMap((key) => changedPaths(olds[key], news[key], path ? `${path}.${key}` : key));
}

function changedVariables(olds: unknown[], news: unknown[]): string[] {
  const changed = [...olds.filter((item) => !news.includes(item)), ...news.filter((item) => !olds.includes(item))];
  return [...new Set(changed.map((item) => `${ENVIRONMENT}:${String(item).split("=")[0]}`))];
}

function covers(prefix: string, path: string): boolean {
  return (
    path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}:`) || coversVariable(prefix, path)
  );
}

/** `…Env:MINIO_` covers every variable with that prefix. */
function coversVariable(prefix: string, path: string): boolean {
  return prefix.startsWith(`${ENVIRONMENT}:`) && path.startsWith(prefix);
}

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
