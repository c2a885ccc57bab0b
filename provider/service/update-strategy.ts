import { containsUnknown, deepEqual } from "../runtime/diff.ts";
import type { ServiceSpec, TaskSpec, UpdateConfig } from "../../engine/types.ts";
import type { Rollout } from "../../core/service-update.ts";

const ENVIRONMENT = "TaskTemplate.ContainerSpec.Env";
const NETWORKS = "TaskTemplate.Networks";

/** Fields outside `TaskTemplate` whose change restarts tasks all the same: ports are part of a task. */
const RESTARTING_FIELDS = ["TaskTemplate", "EndpointSpec"];

/** How a change from one spec to another rolls out. */
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

/** Paths of what changes among the fields in which all tasks must agree. */
export function changedPathsOfAllTasks(
  olds: ServiceSpec,
  news: ServiceSpec,
  restartTogether: readonly string[],
): string[] {
  return changedPaths(olds, news).filter((path) => restartTogether.some((prefix) => covers(prefix, path)));
}

/** How long Swarm watches what it has started, in nanoseconds: what fails then stops the update. */
const MONITOR_PERIOD = { briefly: 1e9, long: 5e9 };

/**
 * What Swarm is told, so that it does it that way. An old task always stops before its successor starts: they share
 * ports and data. What fails stops an update only while there are tasks that it could spare: after all have stopped a
 * pause would keep Swarm from nothing, but make a failed update of a task that comes up at its second start.
 *
 * @param watch `long` where the tasks' own running is all that is known of them; on a busy host what fails takes a
 * while to do so
 */
export function updateConfig(
  { mode }: Pick<Rollout, "mode">,
  watch: keyof typeof MONITOR_PERIOD = "briefly",
): UpdateConfig {
  return {
    Parallelism: mode === "all-at-once" ? 0 : 1,
    Delay: 0,
    FailureAction: mode === "all-at-once" ? "continue" : "pause",
    Monitor: MONITOR_PERIOD[watch],
    MaxFailureRatio: 0,
    Order: "stop-first",
  };
}

/**
 * Returns the settings with an update that undoes another one. It does not stop at tasks that fail: those of the other
 * update go on failing until Swarm gets to them.
 *
 * @param Order `start-first` where no task runs: successors do not wait until one has stopped
 */
export function toRollbackSpec(spec: ServiceSpec, Order: UpdateConfig["Order"]): ServiceSpec {
  const { UpdateConfig = updateConfig({ mode: "one-by-one" }) } = spec;
  return { ...spec, UpdateConfig: { ...UpdateConfig, FailureAction: "continue", Order } };
}

/** Longer than any `up`, in nanoseconds: 90 days, which JavaScript's numbers still hold exactly. */
const PAUSE_DELAY = 90 * 24 * 3600 * 1e9;

/**
 * What Swarm is told when it is to change one task and then wait to be asked again. It takes being asked for what it
 * is at already as nothing new: so each time a little differs.
 */
export function stepOnceConfig(before: UpdateConfig | undefined): UpdateConfig {
  const Delay = before?.Delay === PAUSE_DELAY ? PAUSE_DELAY + 1_000 : PAUSE_DELAY;
  return { ...updateConfig({ mode: "one-by-one" }), Delay };
}

/** What a preview says of a change that restarts tasks, in one line. */
export function describeRollout(
  { Name, TaskTemplate }: ServiceSpec,
  rollout: Rollout,
  isGated: boolean,
): string | undefined {
  const { mode, reason } = rollout;
  if (mode === "all-at-once") {
    return `service ${Name}: all tasks restart at once, a short outage: ${reason}; it is ${describeDowntime(TaskTemplate)}`;
  }
  if (mode !== "one-by-one") return undefined;
  const gate = isGated ? "; each waits until the application's own maintenance check lets it go" : "";
  return `service ${Name}: its tasks restart one by one: ${reason}${gate}`;
}

/** What an outage is made of. A value that is not known yet is left out. */
function describeDowntime({ ContainerSpec }: Partial<TaskSpec>): string {
  const { StopGracePeriod, Healthcheck } = ContainerSpec ?? {};
  const grace = typeof StopGracePeriod === "number" && !containsUnknown(StopGracePeriod);
  const stop = grace ? `their stop (at most ${StopGracePeriod / 1e9} s)` : "their stop";
  const isChecked = Healthcheck !== undefined && Healthcheck.Test?.[0] !== "NONE";
  const interval = isChecked && typeof Healthcheck.Interval === "number" ? Healthcheck.Interval / 1e9 : undefined;
  const check = interval === undefined ? "" : `, their first health check (after ${interval} s)`;
  return `${stop}, Swarm's start of the new ones (about 3 s)${check} and what the application needs to serve; no task stops before its host has the image`;
}

/**
 * Where two specs differ, as paths; the environment by variable (`…Env:NAME`), networks by whether the first is another
 * one (`…Networks[0]`), other lists as a whole.
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

/** `…Env:MINIO_` covers every variable that begins so. */
function coversVariable(prefix: string, path: string): boolean {
  return prefix.startsWith(`${ENVIRONMENT}:`) && path.startsWith(prefix);
}

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
