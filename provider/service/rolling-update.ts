import type { Engine } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { projectOntoDesired } from "./normalize-spec.ts";
import { stepOnceConfig } from "./update-strategy.ts";
import { matchesSpec, type TaskBreakdown } from "./task-status.ts";
import { withManager, type FindManager, waitWithManager } from "../swarm/with-manager.ts";
import { StaleLockTracker } from "./stale-locks.ts";
import { MaintenanceCheck } from "./maintenance-check.ts";
import { hostForNode } from "./task-exec.ts";
import { updateServiceSpec } from "../swarm/optimistic-update.ts";
import { failedTasks, MAX_FAILURES, isUpdatePaused, describeFailureLogs, warnDownNodes } from "./convergence.ts";
import { taskError, inspectTasks } from "./task-snapshot.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { type PollResult, ready, pending, waitFor } from "../runtime/poll.ts";

/** Milliseconds after which an update that Swarm has not started has nothing to change. */
const UPDATE_START_GRACE_MS = 10_000;

/** The next action: replace one more task, restore tasks that an earlier update broke, or nothing. */
type NextAction = "replace task" | "restore" | "nothing";

/**
 * Replaces a service's tasks one by one, each once the maintenance command succeeds in all running tasks. Swarm's updater
 * has no such check. So each update replaces one task and then pauses for 90 days; the next update starts over with the
 * next task. If this process is killed, the update stays paused and the service keeps running.
 *
 * @param wanted the final spec
 * @param auth login that nodes use to pull the image @default - the service's present login
 */
export async function runRollingUpdate(
  find: FindManager,
  id: string,
  wanted: ServiceSpec,
  inputs: ServiceInputs,
  auth?: string,
): Promise<void> {
  const work = new RollingUpdate(find, id, wanted, inputs, auth);
  while (await work.step());
}

class RollingUpdate {
  readonly #find: FindManager;
  readonly #id: string;
  readonly #wanted: ServiceSpec;
  readonly #inputs: ServiceInputs;
  readonly #auth: string | undefined;
  readonly #check: MaintenanceCheck;
  readonly #locks: StaleLockTracker;
  /** Ids of tasks from before this update. Their failures do not count. */
  #earlierTasks: ReadonlySet<string> | undefined;
  #running: TaskDetails[] = [];
  #hasStarted = false;
  /** Whether ports change. Not every task reports its ports, so only Swarm knows when the last task has the new ones. */
  #changesPorts: boolean | undefined;
  readonly #warnedDown = new Set<string>();

  constructor(find: FindManager, id: string, wanted: ServiceSpec, inputs: ServiceInputs, auth: string | undefined) {
    this.#find = find;
    this.#id = id;
    this.#wanted = wanted;
    this.#inputs = inputs;
    this.#auth = auth;
    this.#check = new MaintenanceCheck(inputs.maintenanceCommand ?? [], inputs.nodes, inputs.minReadySeconds);
    this.#locks = new StaleLockTracker(inputs.locks, inputs.nodes);
  }

  /** Replaces one more task. Returns false when none is left. */
  async step(): Promise<boolean> {
    let next = await this.#waitForNextAction();
    // After a wait for locks the tasks may be in another state.
    while (next === "replace task" && (await this.#waitForStaleLocks())) next = await this.#waitForNextAction();
    if (next === "nothing") return this.#finish();
    this.#locks.recordStop();
    this.#check.recordStop();
    const tasks = await withManager(this.#subject, this.#find, (manager) => this.#listTasks(manager));
    const before = new Set(tasks.map(({ ID }) => ID));
    const settings = ({ Spec, PreviousSpec }: ServiceDetails) => ({
      ...(next === "replace task" ? this.#wanted : (PreviousSpec ?? this.#wanted)),
      UpdateConfig: stepOnceConfig(Spec.UpdateConfig),
    });
    await updateServiceSpec(this.#find, this.#id, settings, this.#auth);
    this.#hasStarted = true;
    return (await this.#waitForTaskReplaced(before)) || this.#finish();
  }

  async #finish(): Promise<false> {
    await updateServiceSpec(this.#find, this.#id, () => this.#wanted, this.#auth);
    return false;
  }

  #waitForNextAction(): Promise<NextAction> {
    const { timeoutSeconds, minReadySeconds = 0, spec } = this.#inputs;
    let failed: TaskDetails[] = [];
    let progress = "";
    return waitWithManager(
      this.#find,
      async (manager, deadline) => {
        const service = await manager.inspectService(this.#id);
        const { tasks, breakdown } = await inspectTasks(manager, this.#id, this.#wanted, this.#inputs.nodes);
        const { EndpointSpec } = this.#wanted;
        this.#changesPorts ??= !deepEqual(EndpointSpec, projectOntoDesired(EndpointSpec, service.Spec.EndpointSpec));
        this.#earlierTasks ??= new Set(tasks.map(({ ID }) => ID));
        const fresh = tasks.filter(({ ID }) => !this.#earlierTasks?.has(ID));
        failed = failedTasks(this.#wanted, fresh);
        const hasFailed = isUpdatePaused(service) && this.#hasStarted;
        if (hasFailed || failed.length >= MAX_FAILURES) throw await this.#updateFailedError(failed);
        warnDownNodes(spec.Name, breakdown, this.#warnedDown);
        const all = Object.values(breakdown).flat().length - breakdown.downNodes.length - breakdown.stopping.length;
        progress = `${breakdown.upToDate.length} of ${all} tasks have the change`;
        return this.#nextAction(service, breakdown, Math.max(deadline.remainingMs, 1_000));
      },
      { subject: this.#subject, timeoutSeconds: timeoutSeconds + minReadySeconds },
      async (reason) =>
        new ResourceError(
          `${this.#subject}: ${progress}; the update stopped after timeoutSeconds ${timeoutSeconds}, and the other ` +
            `tasks were not changed: ${reason}${await describeFailureLogs(this.#find, failed)}`,
        ),
    );
  }

  async #nextAction(
    service: ServiceDetails,
    { upToDate, outdated, starting, outdatedFailing, stopping, downNodes }: TaskBreakdown,
    limitMs: number,
  ): Promise<PollResult<NextAction>> {
    this.#running = [...outdated, ...upToDate];
    const [moving] = [...starting, ...stopping];
    if (moving) return pending(`the task on ${this.#describeHost(moving)} is ${describeTaskState(moving)}`);
    if (outdatedFailing[0]) {
      // Swarm replaces tasks that do not run first, so no running task stops.
      if (outdated.length === 0) return ready("replace task");
      const previous = service.PreviousSpec && projectOntoDesired(this.#wanted, service.PreviousSpec);
      if (previous && this.#running.every((task) => matchesSpec(task, previous))) return ready("restore");
      return pending(
        `the task on ${this.#describeHost(outdatedFailing[0])} does not run: ${describeTaskState(outdatedFailing[0])}`,
      );
    }
    if (outdated.length === 0 && !this.#changesPorts) return ready("nothing");
    const result = await this.#check.canDisrupt(this.#running, limitMs);
    if (result.done) return ready("replace task");
    const hosts = downNodes.map(({ Description }) => Description.Hostname).join(", ");
    return pending(hosts === "" ? result.reason : `${result.reason}: ${hosts} is down`);
  }

  /** Waits until locks of stopped tasks have expired. Returns whether it had to wait. */
  async #waitForStaleLocks(): Promise<boolean> {
    let hasWaited = false;
    await waitFor(
      async () => {
        const result = await this.#locks.canStop(this.#running);
        hasWaited ||= !result.done;
        return result;
      },
      { subject: this.#subject, timeoutSeconds: this.#inputs.locks?.expirySeconds ?? 0, intervalMs: 2_000 },
      (reason) => new ResourceError(`${this.#subject}: ${reason}`),
    );
    return hasWaited;
  }

  /** Waits until Swarm has created a new task. Returns false if Swarm finds no task to replace. */
  #waitForTaskReplaced(before: ReadonlySet<string>): Promise<boolean> {
    const startedAt = performance.now();
    return waitWithManager<Engine, boolean>(
      this.#find,
      async (manager) => {
        if ((await this.#listTasks(manager)).some(({ ID }) => !before.has(ID))) return ready(true);
        const { UpdateStatus } = await manager.inspectService(this.#id);
        const isOverdue = performance.now() - startedAt > UPDATE_START_GRACE_MS;
        if (UpdateStatus === undefined && isOverdue) return ready(false);
        return pending("Swarm has not started to replace the next task");
      },
      { subject: this.#subject, timeoutSeconds: this.#inputs.timeoutSeconds, intervalMs: 200 },
      (reason) => new ResourceError(`${this.#subject}: ${reason}`),
    );
  }

  async #updateFailedError(failed: TaskDetails[]): Promise<ResourceError> {
    const [host] = failed.map((task) => this.#describeHost(task));
    return new ResourceError(
      `${this.#subject}: its task${host ? ` on ${host}` : ""} fails with the new settings, and no other task was changed` +
        (await describeFailureLogs(this.#find, failed)),
    );
  }

  get #subject(): string {
    return `service ${this.#inputs.spec.Name}`;
  }

  #listTasks(manager: Engine): Promise<TaskDetails[]> {
    return manager.listTasks({ service: [this.#id] });
  }

  /** Names a task's host by its key. */
  #describeHost({ NodeID }: TaskDetails): string {
    return `host ${hostForNode(this.#inputs.nodes, NodeID) ?? NodeID ?? "(none yet)"}`;
  }
}

function describeTaskState(task: TaskDetails): string {
  if (task.DesiredState === "shutdown") return "stopping";
  const error = taskError(task);
  return error ? `${task.Status.State} (${error})` : task.Status.State;
}
