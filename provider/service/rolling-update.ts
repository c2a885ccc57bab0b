import type { Engine } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { projectOntoDesired } from "./normalize-spec.ts";
import { stepOnceConfig } from "./update-strategy.ts";
import { matchesSpec, type TaskBreakdown } from "./task-status.ts";
import { withManager, type FindManager, waitWithManager } from "../swarm/with-manager.ts";
import { StaleLockTracker, LOCK_SECONDS } from "./stale-locks.ts";
import { MaintenanceCheck } from "./maintenance-check.ts";
import { hostForNode } from "./task-exec.ts";
import { updateServiceSpec } from "../swarm/optimistic-update.ts";
import { failedTasks, MAX_FAILURES, isUpdatePaused, describeFailureLogs, warnDownNodes } from "./convergence.ts";
import { taskError, inspectTasks } from "./task-snapshot.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { type PollResult, ready, pending, waitFor } from "../runtime/poll.ts";

/** Milliseconds within which Swarm has seen that there is something to change. */
const UPDATE_START_GRACE_MS = 10_000;

/** What to do next: change one more task, put back what an earlier update broke, or nothing. */
type NextAction = "task" | "former settings" | "nothing";

/**
 * Changes a service's tasks one by one, each when all that run say that it may go. Swarm's updater knows no such
 * question. It is therefore told to wait for months after each task; the same settings asked for again make it begin
 * anew, with the next task. Whatever ends this process leaves an update that stands still and serves.
 *
 * @param wanted the service as it is to be in the end
 */
export async function runRollingUpdate(
  find: FindManager,
  id: string,
  wanted: ServiceSpec,
  inputs: ServiceInputs,
): Promise<void> {
  const work = new RollingUpdate(find, id, wanted, inputs);
  while (await work.step());
}

class RollingUpdate {
  readonly #find: FindManager;
  readonly #id: string;
  readonly #wanted: ServiceSpec;
  readonly #inputs: ServiceInputs;
  readonly #check: MaintenanceCheck;
  readonly #locks: StaleLockTracker;
  /** Tasks of before, whose failures are old news. */
  #earlierTasks: ReadonlySet<string> | undefined;
  /** Those that serve. */
  #running: TaskDetails[] = [];
  #hasStarted = false;
  /** Whether ports change: not every task tells which it has, and only Swarm knows when the last one is done. */
  #changesPorts: boolean | undefined;
  readonly #warnedDown = new Set<string>();

  constructor(find: FindManager, id: string, wanted: ServiceSpec, inputs: ServiceInputs) {
    this.#find = find;
    this.#id = id;
    this.#wanted = wanted;
    this.#inputs = inputs;
    this.#check = new MaintenanceCheck(inputs.maintenanceCommand ?? [], inputs.nodes, inputs.minReadySeconds);
    this.#locks = new StaleLockTracker(inputs.locksCommand, inputs.nodes);
  }

  /** One task more. False when there is none left. */
  async step(): Promise<boolean> {
    let next = await this.#waitForNextAction();
    // Time went by, in which much may have changed.
    while (next === "task" && (await this.#waitForStaleLocks())) next = await this.#waitForNextAction();
    if (next === "nothing") return this.#finish();
    this.#locks.recordStop();
    this.#check.recordStop();
    const what = `service ${this.#inputs.spec.Name}`;
    const tasks = await withManager(what, this.#find, (manager) => this.#tasks(manager));
    const before = new Set(tasks.map(({ ID }) => ID));
    await updateServiceSpec(this.#find, this.#id, ({ Spec, PreviousSpec }) => ({
      ...(next === "task" ? this.#wanted : (PreviousSpec ?? this.#wanted)),
      UpdateConfig: stepOnceConfig(Spec.UpdateConfig),
    }));
    this.#hasStarted = true;
    return (await this.#waitForTaskReplaced(before)) || this.#finish();
  }

  async #finish(): Promise<false> {
    await updateServiceSpec(this.#find, this.#id, () => this.#wanted);
    return false;
  }

  /** Waits until a task may go. */
  #waitForNextAction(): Promise<NextAction> {
    const { timeoutSeconds, minReadySeconds = 0, spec } = this.#inputs;
    const limitSeconds = timeoutSeconds + minReadySeconds;
    let failed: TaskDetails[] = [];
    let count = "";
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
        const given = isUpdatePaused(service) && this.#hasStarted;
        if (given || failed.length >= MAX_FAILURES) throw await this.#updateFailedError(failed);
        warnDownNodes(spec.Name, breakdown, this.#warnedDown);
        const all = Object.values(breakdown).flat().length - breakdown.downNodes.length - breakdown.stopping.length;
        count = `${breakdown.upToDate.length} of ${all} tasks have the change`;
        return this.#nextAction(service, breakdown, Math.max(deadline.remainingMs, 1_000));
      },
      { subject: `service ${spec.Name}`, timeoutSeconds: limitSeconds },
      async (because) =>
        new ResourceError(
          `service ${spec.Name}: ${count}, and no other was touched, for within timeoutSeconds ${timeoutSeconds} ${because}` +
            (await describeFailureLogs(this.#find, failed)),
        ),
    );
  }

  async #nextAction(
    service: ServiceDetails,
    standing: TaskBreakdown,
    limitMs: number,
  ): Promise<PollResult<NextAction>> {
    const { upToDate, outdated, starting, outdatedFailing, stopping, downNodes } = standing;
    this.#running = [...outdated, ...upToDate];
    const [moving] = [...starting, ...stopping];
    if (moving) return pending(`the task on ${this.#describeHost(moving)} is ${describeTaskState(moving)}`);
    if (outdatedFailing[0]) {
      // Only what does not run anyway is changed now.
      if (outdated.length === 0) return ready("task");
      const previous = service.PreviousSpec && projectOntoDesired(this.#wanted, service.PreviousSpec);
      if (previous && this.#running.every((task) => matchesSpec(task, previous))) {
        return ready("former settings");
      }
      return pending(
        `the task on ${this.#describeHost(outdatedFailing[0])} does not run: ${describeTaskState(outdatedFailing[0])}`,
      );
    }
    if (outdated.length === 0 && !this.#changesPorts) return ready("nothing");
    const answer = await this.#check.canDisrupt(this.#running, limitMs);
    if (answer.done) return ready("task");
    const hosts = downNodes.map(({ Description }) => Description.Hostname).join(", ");
    return pending(hosts === "" ? answer.reason : `${answer.reason}: ${hosts} is down`);
  }

  /** Waits until what the tasks of before had locked is free. Tells whether there was anything to wait for. */
  async #waitForStaleLocks(): Promise<boolean> {
    let hasWaited = false;
    const what = `service ${this.#inputs.spec.Name}`;
    await waitFor(
      async () => {
        const answer = await this.#locks.canStop(this.#running);
        hasWaited ||= !answer.done;
        return answer;
      },
      { subject: what, timeoutSeconds: LOCK_SECONDS, intervalMs: 2_000 },
      (because) => new ResourceError(`${what}: ${because}`),
    );
    return hasWaited;
  }

  /** Whether Swarm has begun with a task: until it has, what is seen is what was before. */
  #waitForTaskReplaced(before: ReadonlySet<string>): Promise<boolean> {
    const begun = performance.now();
    return waitWithManager<Engine, boolean>(
      this.#find,
      async (manager) => {
        if ((await this.#tasks(manager)).some(({ ID }) => !before.has(ID))) return ready(true);
        const { UpdateStatus } = await manager.inspectService(this.#id);
        // It sees no task that is not up to date.
        if (UpdateStatus === undefined && performance.now() - begun > UPDATE_START_GRACE_MS) return ready(false);
        return pending("Swarm has not begun with the next task");
      },
      { subject: `service ${this.#inputs.spec.Name}`, timeoutSeconds: this.#inputs.timeoutSeconds, intervalMs: 200 },
      (because) => new ResourceError(`service ${this.#inputs.spec.Name}: ${because}`),
    );
  }

  async #updateFailedError(failed: TaskDetails[]): Promise<ResourceError> {
    const [where] = failed.map((task) => this.#describeHost(task));
    return new ResourceError(
      `service ${this.#inputs.spec.Name}: its task${where ? ` on ${where}` : ""} fails with the new settings, and no other was touched` +
        (await describeFailureLogs(this.#find, failed)),
    );
  }

  #tasks(manager: Engine): Promise<TaskDetails[]> {
    return manager.listTasks({ service: [this.#id] });
  }

  /** The host's key, as the user knows it. */
  #describeHost({ NodeID }: TaskDetails): string {
    return `host ${hostForNode(this.#inputs.nodes, NodeID) ?? NodeID ?? "(none yet)"}`;
  }
}

function describeTaskState(task: TaskDetails): string {
  if (task.DesiredState === "shutdown") return "stopping";
  const error = taskError(task);
  return error ? `${task.Status.State} (${error})` : task.Status.State;
}
