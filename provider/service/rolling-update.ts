import type { Engine } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { inWordsOf } from "./normalize-spec.ts";
import { parkedAfterOne } from "./update-strategy.ts";
import { hasSettings, type TaskBreakdown } from "./task-status.ts";
import { withManager, type FindManager, waitWithManager } from "../swarm/with-manager.ts";
import { LeftLocks, LOCK_SECONDS } from "./stale-locks.ts";
import { MaintenanceCheck } from "./disruption-check.ts";
import { hostOf } from "./task-exec.ts";
import { updateServiceSpec } from "../swarm/optimistic-update.ts";
import { failedWith, HOPELESS, isPaused, saidBy, sayDown } from "./convergence.ts";
import { errorOf, seenTasks } from "./task-snapshot.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { ResourceError, deepEqual } from "../runtime/values.ts";
import { type PollResult, ready, pending, waitFor } from "../runtime/poll.ts";

/** Milliseconds within which Swarm has seen that there is something to change. */
const NOTICE = 10_000;

/** What to do next: change one more task, put back what an earlier update broke, or nothing. */
type Next = "task" | "former settings" | "nothing";

/**
 * Changes a service's tasks one by one, each when all that run say that it may go. Swarm's updater knows no such
 * question. It is therefore told to wait for months after each task; the same settings asked for again make it begin
 * anew, with the next task. Whatever ends this process leaves an update that stands still and serves.
 *
 * @param wanted the service as it is to be in the end
 */
export async function roll(find: FindManager, id: string, wanted: ServiceSpec, inputs: ServiceInputs): Promise<void> {
  const work = new Roll(find, id, wanted, inputs);
  while (await work.step());
}

class Roll {
  readonly #find: FindManager;
  readonly #id: string;
  readonly #wanted: ServiceSpec;
  readonly #inputs: ServiceInputs;
  readonly #check: MaintenanceCheck;
  readonly #locks: LeftLocks;
  /** Tasks of before, whose failures are old news. */
  #earlier: ReadonlySet<string> | undefined;
  /** Those that serve. */
  #running: TaskDetails[] = [];
  #hasBegun = false;
  /** Whether ports change: not every task tells which it has, and only Swarm knows when the last one is done. */
  #changesPorts: boolean | undefined;
  readonly #saidDown = new Set<string>();

  constructor(find: FindManager, id: string, wanted: ServiceSpec, inputs: ServiceInputs) {
    this.#find = find;
    this.#id = id;
    this.#wanted = wanted;
    this.#inputs = inputs;
    this.#check = new MaintenanceCheck(inputs.maintenanceCommand ?? [], inputs.nodes, inputs.minReadySeconds);
    this.#locks = new LeftLocks(inputs.locksCommand, inputs.nodes);
  }

  /** One task more. False when there is none left. */
  async step(): Promise<boolean> {
    let next = await this.#next();
    // Time went by, in which much may have changed.
    while (next === "task" && (await this.#waitsForLocks())) next = await this.#next();
    if (next === "nothing") return this.#end();
    this.#locks.stopsOne();
    this.#check.goesOne();
    const what = `service ${this.#inputs.spec.Name}`;
    const tasks = await withManager(what, this.#find, (manager) => this.#tasks(manager));
    const before = new Set(tasks.map(({ ID }) => ID));
    await updateServiceSpec(this.#find, this.#id, ({ Spec, PreviousSpec }) => ({
      ...(next === "task" ? this.#wanted : (PreviousSpec ?? this.#wanted)),
      UpdateConfig: parkedAfterOne(Spec.UpdateConfig),
    }));
    this.#hasBegun = true;
    return (await this.#hasTaken(before)) || this.#end();
  }

  async #end(): Promise<false> {
    await updateServiceSpec(this.#find, this.#id, () => this.#wanted);
    return false;
  }

  /** Waits until a task may go. */
  #next(): Promise<Next> {
    const { timeoutSeconds, minReadySeconds = 0, spec } = this.#inputs;
    const limitSeconds = timeoutSeconds + minReadySeconds;
    let failed: TaskDetails[] = [];
    let count = "";
    return waitWithManager(
      this.#find,
      async (manager, deadline) => {
        const service = await manager.inspectService(this.#id);
        const { tasks, standing } = await seenTasks(manager, this.#id, this.#wanted, this.#inputs.nodes);
        const { EndpointSpec } = this.#wanted;
        this.#changesPorts ??= !deepEqual(EndpointSpec, inWordsOf(EndpointSpec, service.Spec.EndpointSpec));
        this.#earlier ??= new Set(tasks.map(({ ID }) => ID));
        const fresh = tasks.filter(({ ID }) => !this.#earlier?.has(ID));
        failed = failedWith(this.#wanted, fresh);
        const given = isPaused(service) && this.#hasBegun;
        if (given || failed.length >= HOPELESS) throw await this.#stopped(failed);
        sayDown(spec.Name, standing, this.#saidDown);
        const all = Object.values(standing).flat().length - standing.down.length - standing.stopping.length;
        count = `${standing.current.length} of ${all} tasks have the change`;
        return this.#decide(service, standing, Math.max(deadline.remainingMs, 1_000));
      },
      { subject: `service ${spec.Name}`, timeoutSeconds: limitSeconds },
      async (because) =>
        new ResourceError(
          `service ${spec.Name}: ${count}, and no other was touched, for within timeoutSeconds ${timeoutSeconds} ${because}` +
            (await saidBy(this.#find, failed)),
        ),
    );
  }

  async #decide(service: ServiceDetails, standing: TaskBreakdown, limitMs: number): Promise<PollResult<Next>> {
    const { current, former, coming, broken, stopping, down } = standing;
    this.#running = [...former, ...current];
    const [moving] = [...coming, ...stopping];
    if (moving) return pending(`the task on ${this.#hostOf(moving)} is ${stateOf(moving)}`);
    if (broken[0]) {
      // Only what does not run anyway is changed now.
      if (former.length === 0) return ready("task");
      const previous = service.PreviousSpec && inWordsOf(this.#wanted, service.PreviousSpec);
      if (previous && this.#running.every((task) => hasSettings(task, previous))) {
        return ready("former settings");
      }
      return pending(`the task on ${this.#hostOf(broken[0])} does not run: ${stateOf(broken[0])}`);
    }
    if (former.length === 0 && !this.#changesPorts) return ready("nothing");
    const answer = await this.#check.mayGo(this.#running, limitMs);
    if (answer.done) return ready("task");
    const hosts = down.map(({ Description }) => Description.Hostname).join(", ");
    return pending(hosts === "" ? answer.reason : `${answer.reason}: ${hosts} is down`);
  }

  /** Waits until what the tasks of before had locked is free. Tells whether there was anything to wait for. */
  async #waitsForLocks(): Promise<boolean> {
    let hasWaited = false;
    const what = `service ${this.#inputs.spec.Name}`;
    await waitFor(
      async () => {
        const answer = await this.#locks.mayStop(this.#running);
        hasWaited ||= !answer.done;
        return answer;
      },
      { subject: what, timeoutSeconds: LOCK_SECONDS, intervalMs: 2_000 },
      (because) => new ResourceError(`${what}: ${because}`),
    );
    return hasWaited;
  }

  /** Whether Swarm has begun with a task: until it has, what is seen is what was before. */
  #hasTaken(before: ReadonlySet<string>): Promise<boolean> {
    const begun = performance.now();
    return waitWithManager<Engine, boolean>(
      this.#find,
      async (manager) => {
        if ((await this.#tasks(manager)).some(({ ID }) => !before.has(ID))) return ready(true);
        const { UpdateStatus } = await manager.inspectService(this.#id);
        // It sees no task that is not up to date.
        if (UpdateStatus === undefined && performance.now() - begun > NOTICE) return ready(false);
        return pending("Swarm has not begun with the next task");
      },
      { subject: `service ${this.#inputs.spec.Name}`, timeoutSeconds: this.#inputs.timeoutSeconds, intervalMs: 200 },
      (because) => new ResourceError(`service ${this.#inputs.spec.Name}: ${because}`),
    );
  }

  async #stopped(failed: TaskDetails[]): Promise<ResourceError> {
    const [where] = failed.map((task) => this.#hostOf(task));
    return new ResourceError(
      `service ${this.#inputs.spec.Name}: its task${where ? ` on ${where}` : ""} fails with the new settings, and no other was touched` +
        (await saidBy(this.#find, failed)),
    );
  }

  #tasks(manager: Engine): Promise<TaskDetails[]> {
    return manager.listTasks({ service: [this.#id] });
  }

  /** The host's key, as the user knows it. */
  #hostOf({ NodeID }: TaskDetails): string {
    return `host ${hostOf(this.#inputs.nodes, NodeID) ?? NodeID ?? "(none yet)"}`;
  }
}

function stateOf(task: TaskDetails): string {
  if (task.DesiredState === "shutdown") return "stopping";
  const error = errorOf(task);
  return error ? `${task.Status.State} (${error})` : task.Status.State;
}
