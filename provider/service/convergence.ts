import { Deadline } from "../../engine/deadline.ts";
import type { Engine } from "../../engine/engine.ts";
import type { NodeDetails, ServiceDetails, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { matchesSpec, type TaskBreakdown } from "./task-status.ts";
import { type FindManager, waitWithManager } from "../swarm/with-manager.ts";
import { logLine } from "../runtime/log-line.ts";
import { causeOfRollback } from "./peers.ts";
import { inspectTasks, taskError, waitingReason } from "./task-snapshot.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { TaskProbe } from "./task-probe.ts";
import { ResourceError } from "../runtime/errors.ts";
import { type PollResult, ready, pending } from "../runtime/poll.ts";

/** Number of failed tasks that ends the wait, if no task runs. */
export const MAX_FAILURES = 3;

/** Lines of each failed task's log to quote in an error. */
const LOG_LINES = 3;

const LOG_TIMEOUT_SECONDS = 10;

/** The change of a service before a wait. */
export interface UpdateContext {
  /** Ids of tasks from before the change. Their failures do not count. */
  earlierTasks: ReadonlySet<string>;
  /** Whether the change makes Swarm restart tasks. */
  restarts: boolean;
}

/** Milliseconds within which Swarm starts an update that restarts tasks. */
const UPDATE_START_GRACE_MS = 5_000;

/**
 * Waits until all tasks of the service run with its present spec and `readyCommand` succeeds in them.
 *
 * @throws ResourceError with the tasks' own logs if they keep failing or the time is up.
 */
export async function waitForConvergence(
  find: FindManager,
  id: string,
  inputs: ServiceInputs,
  { earlierTasks, restarts }: UpdateContext,
): Promise<void> {
  const { spec, timeoutSeconds, minReadySeconds = 0 } = inputs;
  const startedAt = performance.now();
  const warnedDown = new Set<string>();
  const probe = createReadinessProbe(inputs);
  let failed: TaskDetails[] = [];
  const notReady = async (reason: string) =>
    new ResourceError(`service ${spec.Name}: ${reason}${await describeFailureLogs(find, failed)}`);
  await waitWithManager<Engine, void>(
    find,
    async (manager, deadline) => {
      const service = await manager.inspectService(id);
      const { tasks, breakdown } = await inspectTasks(manager, id, spec, inputs.nodes);
      const fresh = tasks.filter((task) => !earlierTasks.has(task.ID));
      failed = failedTasks(spec, fresh);
      const failedPeer = causeOfRollback(service, spec);
      if (failedPeer !== undefined) throw await notReady(`it was rolled back because service ${failedPeer} failed`);
      if (isUpdatePaused(service))
        throw await notReady(`Swarm paused the update: ${service.UpdateStatus?.Message ?? ""}`);
      if (failed.length >= MAX_FAILURES && !fresh.some(isRunning)) throw await notReady("its tasks keep failing");
      warnDownNodes(spec.Name, breakdown, warnedDown);
      const mayNotHaveStarted = restarts && performance.now() - startedAt < UPDATE_START_GRACE_MS;
      const state = checkConverged(service, breakdown, inputs.tasks, mayNotHaveStarted);
      if (!state.done) return state;
      if (state.value.length === 0) return checkWithoutTasks(manager, inputs, breakdown);
      if (!probe) return ready(undefined);
      const others = await runningPeerTasks(manager, inputs);
      if (!others.done) return others;
      // The command may block until it succeeds. It gets all remaining time, because it would keep running after a
      // timeout.
      return probe.poll([...state.value, ...others.value], Math.max(deadline.remainingMs, 1_000));
    },
    { subject: `service ${spec.Name}`, timeoutSeconds: timeoutSeconds + minReadySeconds },
    (reason) => notReady(`not ready within timeoutSeconds ${timeoutSeconds}: ${reason}`),
  );
}

/** Waits until the last task of a removed service is gone, so that its networks and ports are free. */
export async function waitForTasksGone(
  find: FindManager<Engine | undefined>,
  id: string,
  { spec, timeoutSeconds }: ServiceInputs,
): Promise<void> {
  await waitWithManager(
    find,
    async (manager) => {
      // The Engine rejects a filter by a service that no longer exists.
      const left = (await manager?.listTasks())?.filter((task) => task.ServiceID === id).length ?? 0;
      return left === 0 ? ready(undefined) : pending(`tasks still stopping: ${left}`);
    },
    { subject: `service ${spec.Name}`, timeoutSeconds: timeoutSeconds, intervalMs: 200 },
    (reason) => new ResourceError(`service ${spec.Name} did not end within ${timeoutSeconds} s: ${reason}`),
  );
}

/** Returns the running tasks, once there are as many as wanted and all have the present spec. */
function checkConverged(
  { UpdateStatus }: ServiceDetails,
  { upToDate, starting, outdatedFailing, outdated, stopping, downNodes, inactiveNodes }: TaskBreakdown,
  wanted: number,
  mayNotHaveStarted: boolean,
): PollResult<TaskDetails[]> {
  const notRunning = [...starting, ...outdatedFailing];
  const old = outdated.length + stopping.length;
  const expected = wanted - downNodes.length;
  if (upToDate.length < expected || notRunning.length > 0) {
    const progress = describeProgress(upToDate.length, expected, notRunning, old);
    const isMissing = upToDate.length + notRunning.length + old < expected;
    return pending([progress, ...(isMissing ? inactiveNodes.map(describeInactive) : [])].join("; "));
  }
  if (old > 0) return pending(`tasks with the previous settings: ${old}`);
  const update = UpdateStatus?.State;
  // While a host is down, Swarm's update does not complete: it waits for that host's task.
  const isUpdating = update === "updating" && downNodes.length === 0;
  const isBusy = isUpdating || (mayNotHaveStarted && update !== "completed");
  return isBusy ? pending("Swarm is still updating the service") : ready(upToDate);
}

/**
 * Decides on a service without running tasks. If its hosts are down but other services of the application run, it
 * counts as ready and is updated when its hosts come back. If no service of the application runs, it is not ready.
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

function describeInactive({ Description, Spec }: NodeDetails): string {
  return `host ${Description.Hostname} takes no tasks: its availability is ${Spec.Availability}`;
}

function describeProgress(running: number, wanted: number, notRunning: TaskDetails[], old: number): string {
  const count = `${running} of ${wanted} tasks run`;
  if (running + notRunning.length + old === 0) {
    return `${count}; Swarm has placed none: does a node match its constraints?`;
  }
  if (running + notRunning.length === 0) return `${count}; the previous ones are stopping`;
  const states = notRunning.map((task) => [task.Status.State, waitingReason(task)].filter(Boolean).join(": "));
  return states.length === 0 ? count : `${count} (${running > 0 ? "others: " : ""}${[...new Set(states)].join(", ")})`;
}

/**
 * Logs each node that is down, once: Swarm updates its task when the node comes back.
 *
 * @param warned ids of the nodes that were logged already
 */
export function warnDownNodes(service: string, { downNodes }: TaskBreakdown, warned: Set<string>): void {
  for (const { ID, Description } of downNodes) {
    if (warned.has(ID)) continue;
    warned.add(ID);
    logLine(`service ${service}: host ${Description.Hostname} is down: it is updated when it comes back`);
  }
}

function createReadinessProbe({ spec, readyCommand, nodes, minReadySeconds }: ServiceInputs): TaskProbe | undefined {
  if (!readyCommand) return undefined;
  return new TaskProbe({
    command: readyCommand,
    nodes,
    minReadySeconds,
    failureMessage: "its tasks run, but the readiness check does not pass yet",
    skipUnreachable: (host, reason) =>
      logLine(`service ${spec.Name}: the readiness check is not run on host ${host}: ${reason}`),
  });
}

/**
 * Returns the running tasks of the application's other services, which must be ready too. Waits for tasks that start,
 * but not on nodes where one has failed: this service's update may be what fixes them.
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
    const starting = breakdown.starting.filter(({ NodeID }) => NodeID && !failing.has(NodeID));
    if (starting.length > 0) return pending(`tasks of service ${Spec.Name} still starting: ${starting.length}`);
    running.push(...breakdown.upToDate);
  }
  return ready(running);
}

const hasFailed = ({ Status }: TaskDetails) => Status.State === "failed" || Status.State === "rejected";
const isRunning = ({ Status }: TaskDetails) => Status.State === "running";

/**
 * Returns the tasks that failed with this spec. Until Swarm has updated a task, it restarts it with the previous spec.
 */
export function failedTasks(spec: ServiceSpec, tasks: readonly TaskDetails[]): TaskDetails[] {
  return tasks.filter((task) => hasFailed(task) && matchesSpec(task, spec));
}

/** Returns Swarm's error and the last log lines of each failed task, without duplicates. */
export async function describeFailureLogs(find: FindManager, failed: TaskDetails[]): Promise<string> {
  if (failed.length === 0) return "";
  const latest = failed.sort((a, b) => b.CreatedAt.localeCompare(a.CreatedAt)).slice(0, MAX_FAILURES);
  const manager = await find(new Deadline(LOG_TIMEOUT_SECONDS)).catch(() => undefined);
  const outputs = await Promise.all(
    latest.map(async (task) => {
      const log = (await manager?.tailTaskLog(task.ID, LOG_LINES).catch(() => "")) ?? "";
      return [taskError(task) ?? task.Status.Message ?? "failed", ...log.trim().split("\n")]
        .filter(Boolean)
        .join(" | ");
    }),
  );
  return `; output of its tasks: ${[...new Set(outputs)].join("; ")}`;
}

/** Returns whether Swarm has paused an update because tasks failed. */
export function isUpdatePaused({ UpdateStatus }: ServiceDetails): boolean {
  return UpdateStatus?.State === "paused";
}
