import { Deadline } from "../../engine/deadline.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { matchesSpec, type TaskBreakdown } from "./task-status.ts";
import { type FindManager, waitWithManager } from "../swarm/with-manager.ts";
import { logLine } from "../runtime/log-line.ts";
import { causeOfRollback } from "./peers.ts";
import { taskError, inspectTasks } from "./task-snapshot.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { TaskProbe } from "./task-probe.ts";
import { ResourceError } from "../runtime/errors.ts";
import { type PollResult, ready, pending } from "../runtime/poll.ts";

/** After this many failed tasks with none running, waiting longer helps nobody. */
export const MAX_FAILURES = 3;

/** How much of a failed task's log goes into the message. */
const LOG_LINES = 3;

/** How long to try for those logs, in seconds. */
const LOG_SECONDS = 10;

/** What was done to a service before waiting for it. */
export interface UpdateContext {
  /** Tasks from before: their failures are old news. */
  earlierTasks: ReadonlySet<string>;
  /** Whether Swarm was given something that makes it restart tasks. */
  restarts: boolean;
}

/** Milliseconds within which Swarm has noticed a change and begun to act on it. */
const UPDATE_START_GRACE_MS = 5_000;

/** Waits until the tasks of the service's present spec run, all of them, and the application in them works. */
export async function waitForConvergence(
  find: FindManager,
  id: string,
  inputs: ServiceInputs,
  { earlierTasks, restarts }: UpdateContext,
): Promise<void> {
  const { spec, timeoutSeconds, minReadySeconds = 0 } = inputs;
  const limitSeconds = timeoutSeconds + minReadySeconds;
  const startedAt = performance.now();
  const warnedDown = new Set<string>();
  const probe = createReadinessProbe(inputs);
  let failed: TaskDetails[] = [];
  const notReady = async (why: string) =>
    new ResourceError(`service ${spec.Name}: ${why}${await describeFailureLogs(find, failed)}`);
  await waitWithManager<Engine, void>(
    find,
    async (manager, deadline) => {
      const service = await manager.inspectService(id);
      const { tasks, breakdown } = await inspectTasks(manager, id, spec, inputs.nodes);
      const fresh = tasks.filter((task) => !earlierTasks.has(task.ID));
      failed = failedTasks(spec, fresh);
      const because = causeOfRollback(service, spec);
      if (because !== undefined) throw await notReady(`it was rolled back, for service ${because} failed`);
      if (isUpdatePaused(service))
        throw await notReady(`Swarm paused the update: ${service.UpdateStatus?.Message ?? ""}`);
      if (failed.length >= MAX_FAILURES && !fresh.some(isRunning))
        throw await notReady("its tasks fail again and again");
      warnDownNodes(spec.Name, breakdown, warnedDown);
      const mayNotHaveStarted = restarts && performance.now() - startedAt < UPDATE_START_GRACE_MS;
      const state = checkConverged(service, breakdown, inputs.tasks, mayNotHaveStarted);
      if (!state.done) return state;
      if (state.value.length === 0) return checkWithoutTasks(manager, inputs, breakdown);
      if (!probe) return ready(undefined);
      const others = await runningPeerTasks(manager, inputs);
      if (!others.done) return others;
      // It may wait until it can say yes, and one that is given up on would go on: it has all the time that is left.
      return probe.poll([...state.value, ...others.value], Math.max(deadline.remainingMs, 1_000));
    },
    { subject: `service ${spec.Name}`, timeoutSeconds: limitSeconds },
    (because) => notReady(`not ready within timeoutSeconds ${timeoutSeconds}: ${because}`),
  );
}

/** Waits until the last task of a removed service is gone, so that nothing holds its networks and ports any more. */
export async function waitForTasksGone(
  find: FindManager<Engine | undefined>,
  id: string,
  { spec, timeoutSeconds }: ServiceInputs,
): Promise<void> {
  await waitWithManager(
    find,
    async (manager) => {
      // A filter by a service that is gone is an error of its own.
      const left = (await manager?.listTasks())?.filter((task) => task.ServiceID === id).length ?? 0;
      return left === 0 ? ready(undefined) : pending(`${left} tasks are still stopping`);
    },
    { subject: `service ${spec.Name}`, timeoutSeconds: timeoutSeconds, intervalMs: 200 },
    (because) => new ResourceError(`service ${spec.Name} did not end within ${timeoutSeconds} s: ${because}`),
  );
}

/** The tasks that run, once they are as many as asked for and all of the present spec. */
function checkConverged(
  { UpdateStatus }: ServiceDetails,
  { upToDate, starting, outdatedFailing, outdated, stopping, downNodes }: TaskBreakdown,
  wanted: number,
  mayBeUnnoticed: boolean,
): PollResult<TaskDetails[]> {
  const left = [...starting, ...outdatedFailing];
  if (upToDate.length < wanted - downNodes.length || left.length > 0) {
    return pending(
      describeProgress(upToDate.length, wanted - downNodes.length, left, outdated.length + stopping.length),
    );
  }
  const stale = outdated.length + stopping.length;
  if (stale > 0) return pending(`${stale} tasks of the former settings are still there`);
  const update = UpdateStatus?.State;
  // While a host is down Swarm stays at its update: it waits for that host's task.
  const isAtIt = update === "updating" && downNodes.length === 0;
  const busy = isAtIt || (mayBeUnnoticed && update !== "completed");
  return busy ? pending("Swarm is still at the update") : ready(upToDate);
}

/**
 * Where all its tasks wait for hosts that are down: one of several services of an application gets the change later, for
 * the others go on; a service that nothing runs of is not up.
 */
async function checkWithoutTasks(
  manager: Engine,
  inputs: ServiceInputs,
  { downNodes }: TaskBreakdown,
): Promise<PollResult<void>> {
  if (downNodes.length === 0) return ready(undefined);
  const others = await runningPeerTasks(manager, inputs);
  if (!others.done) return others;
  return others.value.length > 0 ? ready(undefined) : pending("all its hosts are down");
}

function describeProgress(running: number, wanted: number, left: TaskDetails[], stale: number): string {
  const count = `${running} of ${wanted} tasks run`;
  if (running + left.length + stale === 0) {
    return `${count}; Swarm has placed none: does a node match its constraints?`;
  }
  if (running + left.length === 0) return `${count}; the former ones are stopping`;
  const states = left.map((task) => [task.Status.State, taskError(task)].filter(Boolean).join(": "));
  return states.length === 0 ? count : `${count} (others: ${[...new Set(states)].join(", ")})`;
}

/** Says once of each node that is down that the change reaches it later. */
export function warnDownNodes(service: string, { downNodes }: TaskBreakdown, said: Set<string>): void {
  for (const { ID, Description } of downNodes) {
    if (said.has(ID)) continue;
    said.add(ID);
    logLine(`service ${service}: host ${Description.Hostname} is down: it gets the change when it comes back`);
  }
}

/** What asks the application itself, in all its tasks; nothing when nobody said how. */
function createReadinessProbe({ spec, readyCommand, nodes, minReadySeconds }: ServiceInputs): TaskProbe | undefined {
  if (!readyCommand) return undefined;
  return new TaskProbe({
    command: readyCommand,
    nodes,
    minReadySeconds,
    failureMessage: "its tasks run, but it does not work yet",
    skipUnreachable: (host, why) =>
      logLine(`service ${spec.Name}: whether it works is not asked on host ${host}: ${why}`),
  });
}

/**
 * Tasks of the other services of the application, for it is ready as a whole. Those that come are waited for, but not
 * where one has failed: that is no matter of this service, and its change may be what mends it.
 */
async function runningPeerTasks(
  manager: Engine,
  { spec, peers = [], nodes }: ServiceInputs,
): Promise<PollResult<TaskDetails[]>> {
  const names = peers.filter((name) => name !== spec.Name);
  if (names.length === 0) return ready([]);
  const running: TaskDetails[] = [];
  for (const { ID, Spec } of await manager.listServices()) {
    if (!names.includes(Spec.Name)) continue;
    const { tasks, breakdown } = await inspectTasks(manager, ID, Spec, nodes);
    const failing = new Set(tasks.filter(hasFailed).map(({ NodeID }) => NodeID));
    const coming = breakdown.starting.filter(({ NodeID }) => NodeID && !failing.has(NodeID));
    if (coming.length > 0) return pending(`${coming.length} tasks of service ${Spec.Name} are still coming`);
    running.push(...breakdown.upToDate);
  }
  return ready(running);
}

const hasFailed = ({ Status }: TaskDetails) => Status.State === "failed" || Status.State === "rejected";
const isRunning = ({ Status }: TaskDetails) => Status.State === "running";

/**
 * Returns the tasks that failed with these settings. Swarm also starts tasks with the settings of before, until it gets
 * to them: their failures say nothing about these.
 */
export function failedTasks(spec: ServiceSpec, tasks: readonly TaskDetails[]): TaskDetails[] {
  return tasks.filter((task) => hasFailed(task) && matchesSpec(task, spec));
}

/** What the failed tasks themselves say: Swarm's word for each and the last lines of its log, each thing once. */
export async function describeFailureLogs(find: FindManager, failed: TaskDetails[]): Promise<string> {
  if (failed.length === 0) return "";
  const latest = failed.sort((a, b) => b.CreatedAt.localeCompare(a.CreatedAt)).slice(0, MAX_FAILURES);
  const manager = await find(new Deadline(LOG_SECONDS)).catch(() => undefined);
  const words = await Promise.all(
    latest.map(async (task) => {
      const log = (await manager?.tailTaskLog(task.ID, LOG_LINES).catch(() => "")) ?? "";
      return [taskError(task) ?? task.Status.Message ?? "failed", ...log.trim().split("\n")]
        .filter(Boolean)
        .join(" | ");
    }),
  );
  return `; its tasks said: ${[...new Set(words)].join("; ")}`;
}

/** Whether Swarm has given up on an update, for tasks that fail. */
export function isUpdatePaused({ UpdateStatus }: ServiceDetails): boolean {
  return UpdateStatus?.State === "paused";
}
