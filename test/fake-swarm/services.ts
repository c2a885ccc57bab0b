import { isDeepStrictEqual } from "node:util";
import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import type { RunningTask } from "./application.ts";
import { notFound, OUT_OF_SEQUENCE, ApiError } from "./response.ts";
import { isEligible, canSchedule } from "./placement.ts";
import { now, newSwarmId } from "./recorded.ts";
import { toReturnedSpec } from "./service-spec.ts";
import type { FakeSwarm } from "./swarm.ts";
import { hasEnded, isDesiredRunning, Tasks } from "./tasks.ts";
import { Update } from "./update.ts";

/** Swarm's default restart delay, in milliseconds. */
const RESTART_DELAY = 5_000;

/** The services of a Swarm, with its orchestrator and scheduler. */
export class Services {
  readonly all = new Map<string, ServiceDetails>();
  readonly tasks: Tasks;
  readonly #swarm: FakeSwarm;
  readonly #updates = new Map<string, Update>();
  readonly #watchers = new Set<() => void>();

  constructor(swarm: FakeSwarm) {
    this.#swarm = swarm;
    this.tasks = new Tasks(swarm, () => this.reconcile());
  }

  create(asked: ServiceSpec): string {
    if ([...this.all.values()].some(({ Spec }) => Spec.Name === asked.Name)) {
      throw new ApiError(
        409,
        "rpc error: code = AlreadyExists desc = name conflicts with an existing object: " +
          `service ${asked.Name} already exists`,
      );
    }
    const ID = newSwarmId();
    const moments = { CreatedAt: now(), UpdatedAt: now() };
    this.all.set(ID, { ID, Version: this.#swarm.nextVersion(), ...moments, Spec: toReturnedSpec(asked) });
    this.reconcile();
    return ID;
  }

  get(id: string): ServiceDetails {
    const service = this.all.get(id) ?? [...this.all.values()].find(({ Spec }) => Spec.Name === id);
    if (!service) throw notFound("service", id);
    return service;
  }

  update(id: string, version: number, asked: ServiceSpec): void {
    const service = this.get(id);
    if (version !== service.Version.Index) throw OUT_OF_SEQUENCE;
    if (asked.Name !== service.Spec.Name) {
      throw new ApiError(501, "rpc error: code = Unimplemented desc = renaming services is not supported");
    }
    service.PreviousSpec = service.Spec;
    service.Spec = toReturnedSpec(asked);
    service.UpdateStatus = undefined;
    this.touch(service);
    this.#swarm.simulation.timers.after(this.#swarm.simulation.timing.updateStart, () => {
      if (this.all.has(service.ID)) this.#startUpdate(service);
      this.reconcile();
    });
  }

  remove(id: string): void {
    const service = this.get(id);
    this.#updates.get(service.ID)?.cancel();
    this.all.delete(service.ID);
    for (const task of this.tasks.ofService(service.ID)) this.tasks.stop(task, "remove");
  }

  touch(service: ServiceDetails): void {
    service.Version = this.#swarm.nextVersion();
    service.UpdatedAt = now();
  }

  /** Restores the previous spec, as Swarm's automatic rollback does. */
  rollBack(service: ServiceDetails): void {
    const { PreviousSpec } = service;
    if (PreviousSpec) service.Spec = PreviousSpec;
    service.PreviousSpec = undefined;
    this.touch(service);
    this.#startUpdate(service);
  }

  describeTask(task: TaskDetails): RunningTask {
    const service = this.all.get(task.ServiceID)?.Spec.Name ?? "";
    const hostname = this.#swarm.nodes.get(task.NodeID ?? "")?.Description.Hostname ?? "";
    return { task, service, hostname };
  }

  /** Returns whether a task's spec differs from its service's. */
  isDirty(task: TaskDetails): boolean {
    const service = this.all.get(task.ServiceID);
    return service !== undefined && this.tasks.isDirty(task, service);
  }

  /** Waits until a condition holds. Evaluates it whenever tasks change. */
  waitUntil(holds: () => boolean): Promise<void> {
    return new Promise((done) => {
      const look = () => {
        if (!holds()) return;
        this.#watchers.delete(look);
        done();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Creates, restarts, schedules and stops tasks as the services require. Does nothing without a leader. */
  reconcile(): void {
    if (this.#swarm.leader !== undefined) {
      for (const service of this.all.values()) this.#reconcile(service);
    }
    for (const look of [...this.#watchers]) look();
  }

  nodeReady(nodeId: string): void {
    this.tasks.reportAfterRestart(nodeId);
    this.reconcile();
  }

  nodeDown(nodeId: string): void {
    for (const task of this.tasks.onNode(nodeId).filter(isDesiredRunning)) this.tasks.stop(task);
    this.reconcile();
  }

  nodeGone(nodeId: string): void {
    for (const task of this.tasks.onNode(nodeId)) this.tasks.all.delete(task.ID);
    this.reconcile();
  }

  engineStopped(nodeId: string): void {
    this.tasks.loseContainers(nodeId);
  }

  /** Stops a task, and creates its replacement, which waits to be started. */
  replace(service: ServiceDetails, old: TaskDetails): TaskDetails {
    const { Slot, NodeID } = old;
    const next = this.tasks.create(service, "Global" in service.Spec.Mode ? { NodeID } : { Slot }, "ready");
    if (next.NodeID === undefined) this.#schedule(service, next);
    this.tasks.stop(old);
    return next;
  }

  #startUpdate(service: ServiceDetails): void {
    const running = this.#updates.get(service.ID);
    if (running && !running.isOver && isDeepStrictEqual(running.spec, service.Spec)) return;
    running?.cancel();
    this.#updates.set(service.ID, new Update(this, this.#swarm, service));
  }

  #reconcile(service: ServiceDetails): void {
    for (const task of this.tasks.ofService(service.ID).filter(isDesiredRunning)) {
      if (hasEnded(task)) this.#restart(service, task);
      else if (!this.#isPlacementValid(service, task)) this.tasks.stop(task);
    }
    this.#createMissing(service);
    for (const task of this.tasks.ofService(service.ID)) {
      if (task.NodeID === undefined && isDesiredRunning(task) && !hasEnded(task)) this.#schedule(service, task);
    }
    this.#pruneHistory(service);
  }

  #isPlacementValid({ Spec }: ServiceDetails, { Slot = 0, NodeID }: TaskDetails): boolean {
    const node = this.#swarm.nodes.get(NodeID ?? "");
    if (node && !isEligible(Spec, node)) return false;
    return "Global" in Spec.Mode || Slot <= Spec.Mode.Replicated.Replicas;
  }

  #createMissing(service: ServiceDetails): void {
    const { Spec } = service;
    const mine = this.tasks.ofService(service.ID).filter(isDesiredRunning);
    if ("Global" in Spec.Mode) {
      for (const node of [...this.#swarm.nodes.values()].filter((one) => canSchedule(Spec, one))) {
        if (mine.some(({ NodeID }) => NodeID === node.ID)) continue;
        this.tasks.create(service, { NodeID: node.ID }, "running");
      }
      return;
    }
    for (let Slot = 1; Slot <= Spec.Mode.Replicated.Replicas; Slot += 1) {
      if (!mine.some((task) => task.Slot === Slot)) this.tasks.create(service, { Slot }, "running");
    }
  }

  #schedule({ ID, Spec }: ServiceDetails, task: TaskDetails): void {
    const load = (nodeId: string) =>
      this.tasks.ofService(ID).filter((one) => one.NodeID === nodeId && isDesiredRunning(one)).length;
    const fit = [...this.#swarm.nodes.values()].filter((node) => canSchedule(Spec, node));
    const [node] = fit.toSorted((a, b) => load(a.ID) - load(b.ID));
    if (node) this.tasks.assign(task, node.ID);
    else task.Status.Err = "no suitable node (scheduling constraints not satisfied on any node)";
  }

  #restart(service: ServiceDetails, task: TaskDetails): void {
    const { Condition = "any", Delay = RESTART_DELAY * 1e6 } = service.Spec.TaskTemplate.RestartPolicy ?? {};
    if (Condition === "none" || (Condition === "on-failure" && task.Status.State === "complete")) return;
    const next = this.replace(service, task);
    this.#swarm.simulation.timers.after(Delay / 1e6, () => this.tasks.start(next));
  }

  /** Keeps a limited number of ended tasks for each slot. */
  #pruneHistory(service: ServiceDetails): void {
    const placeOf = ({ Slot, NodeID }: TaskDetails) => Slot ?? NodeID;
    const mine = this.tasks.ofService(service.ID);
    for (const place of new Set(mine.map(placeOf))) {
      const tasks = mine.filter((task) => placeOf(task) === place);
      const ended = tasks.filter((task) => hasEnded(task) && !isDesiredRunning(task));
      for (const task of ended.slice(0, Math.max(0, tasks.length - this.#swarm.taskHistory))) {
        this.tasks.all.delete(task.ID);
      }
    }
  }
}
