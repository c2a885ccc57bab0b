import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { now } from "./recorded.ts";
import type { Services } from "./services.ts";
import type { FakeSwarm } from "./swarm.ts";
import { hasEnded, isDesiredRunning } from "./tasks.ts";

/** One run of Swarm's updater: it replaces outdated tasks in batches, and monitors the new ones. */
export class Update {
  readonly spec: ServiceSpec;
  isOver = false;
  readonly #services: Services;
  readonly #swarm: FakeSwarm;
  readonly #service: ServiceDetails;
  readonly #isRollback: boolean;
  #failures = 0;

  constructor(services: Services, swarm: FakeSwarm, service: ServiceDetails) {
    this.#services = services;
    this.#swarm = swarm;
    this.#service = service;
    this.spec = service.Spec;
    this.#isRollback = service.UpdateStatus?.State === "rollback_started";
    void this.#run();
  }

  /** Ends this run because of a newer update. */
  cancel(): void {
    this.isOver = true;
  }

  async #run(): Promise<void> {
    const dirty = this.#outdatedTasks();
    // Swarm sets no status for an update without outdated tasks.
    if (dirty.length === 0) return this.cancel();
    if (!this.#isRollback) this.#setStatus("updating", "update in progress");
    const { Parallelism = 1 } = this.spec.UpdateConfig ?? {};
    const workers = Parallelism === 0 ? dirty.length : Math.min(Parallelism, dirty.length);
    await Promise.all(Array.from({ length: workers }, () => this.#processQueue(dirty)));
    if (this.isOver) return;
    await this.#waitMonitorPeriod();
    if (this.isOver) return;
    this.isOver = true;
    if (this.#isRollback) this.#setStatus("rollback_completed", "rollback completed");
    else this.#setStatus("completed", "update completed");
  }

  /** Returns the outdated tasks, one for each slot. */
  #outdatedTasks(): TaskDetails[] {
    return this.#services.tasks
      .ofService(this.#service.ID)
      .filter((task) => isDesiredRunning(task) && this.#services.isDirty(task));
  }

  async #processQueue(queue: TaskDetails[]): Promise<void> {
    const { Delay = 0 } = this.spec.UpdateConfig ?? {};
    for (let task = queue.shift(); task && !this.isOver; task = queue.shift()) {
      await this.#replace(task);
      if (Delay > 0 && !this.isOver) await this.#swarm.simulation.timers.pause(Delay / 1e6);
    }
  }

  async #replace(old: TaskDetails): Promise<void> {
    await this.#services.waitUntil(() => this.isOver || this.#swarm.leader !== undefined);
    // Another event may have replaced it with an up-to-date task meanwhile.
    if (this.isOver || !isDesiredRunning(old)) return;
    const isStartFirst = this.spec.UpdateConfig?.Order === "start-first";
    const next = this.#services.replace(this.#service, old);
    if (!isStartFirst) await this.#services.waitUntil(() => this.isOver || hasEnded(old) || this.#isOnDownNode(old));
    this.#services.tasks.start(next);
    await this.#services.waitUntil(() => this.isOver || next.Status.State === "running" || hasEnded(next));
    if (hasEnded(next)) this.#recordFailure(next);
    else void this.#monitor(next);
  }

  #isOnDownNode({ NodeID }: TaskDetails): boolean {
    return this.#swarm.nodes.get(NodeID ?? "")?.Status.State === "down";
  }

  /** Records a failure if the task ends within the monitor period. */
  async #monitor(task: TaskDetails): Promise<void> {
    const until = Date.now() + this.#monitorMs;
    await this.#services.waitUntil(() => hasEnded(task) || this.isOver || Date.now() >= until);
    if (hasEnded(task) && task.Status.State === "failed" && Date.now() < until) this.#recordFailure(task);
  }

  get #monitorMs(): number {
    return (this.spec.UpdateConfig?.Monitor ?? 5e9) / 1e6;
  }

  #waitMonitorPeriod(): Promise<void> {
    return this.#swarm.simulation.timers.pause(this.#monitorMs);
  }

  #recordFailure({ ID }: TaskDetails): void {
    if (this.isOver) return;
    const { FailureAction = "pause", MaxFailureRatio = 0 } = this.spec.UpdateConfig ?? {};
    this.#failures += 1;
    const total = this.#services.tasks.ofService(this.#service.ID).filter(isDesiredRunning).length;
    if (FailureAction === "continue" || this.#failures / Math.max(1, total) <= MaxFailureRatio) return;
    this.isOver = true;
    const why = `due to failure or early termination of task ${ID}`;
    if (FailureAction === "pause") return this.#setStatus("paused", `update paused ${why}`);
    this.#setStatus("rollback_started", `update rolled back ${why}`);
    this.#services.rollBack(this.#service);
  }

  #setStatus(State: string, Message: string): void {
    const { StartedAt = now() } = this.#service.UpdateStatus ?? {};
    const CompletedAt = State.endsWith("completed") ? now() : undefined;
    this.#service.UpdateStatus = { State, StartedAt, Message, CompletedAt };
    this.#services.touch(this.#service);
  }
}
