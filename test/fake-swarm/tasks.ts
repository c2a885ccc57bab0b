import { isDeepStrictEqual } from "node:util";
import type { EndpointSpec, ServiceDetails, TaskDetails } from "../../engine/types.ts";
import type { StartFailure } from "./application.ts";
import { newEngineId, now, newSwarmId } from "./recorded.ts";
import { toTaskSpec } from "./service-spec.ts";
import type { FakeSwarm } from "./swarm.ts";

/** States of ended tasks. */
const TERMINAL_STATES = ["complete", "shutdown", "failed", "rejected", "orphaned", "remove"];
/** States of a starting task, from its assignment to a node. */
const START_SEQUENCE = ["assigned", "accepted", "preparing", "ready", "starting", "running"];

export const hasEnded = ({ Status }: TaskDetails) => TERMINAL_STATES.includes(Status.State);
export const isDesiredRunning = ({ DesiredState }: TaskDetails) =>
  DesiredState === "running" || DesiredState === "ready";

/** The tasks of a Swarm, as run by the engines of their nodes. */
export class Tasks {
  readonly all = new Map<string, TaskDetails>();
  readonly #swarm: FakeSwarm;
  readonly #changed: () => void;
  /** A task has its service's ports, which are not part of the task's spec. */
  readonly #endpoints = new WeakMap<TaskDetails, EndpointSpec | undefined>();

  /** @param changed called when the state of a task changes */
  constructor(swarm: FakeSwarm, changed: () => void) {
    this.#swarm = swarm;
    this.#changed = changed;
  }

  ofService(serviceId: string): TaskDetails[] {
    return [...this.all.values()].filter(({ ServiceID }) => ServiceID === serviceId);
  }

  onNode(nodeId: string): TaskDetails[] {
    return [...this.all.values()].filter(({ NodeID }) => NodeID === nodeId);
  }

  /** Creates a task for a slot, or for a node of a global service. With "ready" it waits to be started. */
  create(service: ServiceDetails, place: { Slot?: number; NodeID?: string }, DesiredState: "running" | "ready") {
    const task: TaskDetails & { Labels: object } = {
      ...{ ID: newSwarmId(), Version: this.#swarm.nextVersion(), CreatedAt: now(), UpdatedAt: now(), ...place },
      ...{ ServiceID: service.ID, DesiredState, Labels: {}, Spec: toTaskSpec(service.Spec) },
      Status: { Timestamp: now(), State: "pending", Message: "pending task scheduling" },
      NetworksAttachments: service.Spec.TaskTemplate.Networks?.map(({ Target }) => ({
        Network: this.#network(Target),
      })),
    };
    this.all.set(task.ID, task);
    this.#endpoints.set(task, service.Spec.EndpointSpec);
    if (place.NodeID !== undefined) this.#advance(task);
    return task;
  }

  /** Returns whether a task's spec or ports differ from its service's. */
  isDirty(task: TaskDetails, { Spec }: ServiceDetails): boolean {
    return (
      !isDeepStrictEqual(task.Spec, toTaskSpec(Spec)) ||
      !isDeepStrictEqual(this.#endpoints.get(task), Spec.EndpointSpec)
    );
  }

  /** Assigns a task to a node. */
  assign(task: TaskDetails, nodeId: string): void {
    task.NodeID = nodeId;
    this.#advance(task);
  }

  /** Starts a task that waits at "ready". */
  start(task: TaskDetails): void {
    if (task.DesiredState !== "ready") return;
    task.DesiredState = "running";
    if (task.Status.State === "ready") this.#advance(task);
  }

  /** Stops a task. */
  stop(task: TaskDetails, DesiredState: "shutdown" | "remove" = "shutdown"): void {
    const wasWanted = isDesiredRunning(task);
    task.DesiredState = DesiredState;
    if (hasEnded(task)) return this.#afterStop(task);
    if (task.NodeID === undefined) return this.#setState(task, "shutdown", { Message: "shutdown" });
    if (!wasWanted || !this.#isReachable(task)) return;
    this.#swarm.simulation.timers.after(this.#swarm.simulation.timing.taskStop, () => this.#finishStop(task));
  }

  /** Updates the tasks of a node that is back, as its engine reports them. */
  reportAfterRestart(nodeId: string): void {
    for (const task of this.onNode(nodeId).filter((one) => !hasEnded(one))) {
      if (!isDesiredRunning(task)) this.#finishStop(task);
      // Its container ended when the engine stopped.
      else if (task.Status.State === "running" && this.#isLost(task))
        this.#fail(task, { err: "task: non-zero exit (255)" });
    }
  }

  /** Ends the containers of a stopped engine. The managers do not know of it yet. */
  loseContainers(nodeId: string): void {
    for (const task of this.onNode(nodeId)) this.#lost.add(task.ID);
  }

  readonly #lost = new Set<string>();
  #isLost = ({ ID }: TaskDetails) => this.#lost.has(ID);
  #isReachable = ({ NodeID }: TaskDetails) => this.#swarm.engineOf(NodeID)?.isReachable === true;

  #finishStop(task: TaskDetails): void {
    if (hasEnded(task) || isDesiredRunning(task) || !this.#isReachable(task)) return;
    this.#setState(task, "shutdown", { Message: "shutdown" });
    this.#afterStop(task);
  }

  #afterStop(task: TaskDetails): void {
    if (task.DesiredState === "remove") this.all.delete(task.ID);
    this.#changed();
  }

  #advance(task: TaskDetails): void {
    const { timers, timing } = this.#swarm.simulation;
    timers.after(timing.taskStep, () => {
      if (!isDesiredRunning(task) || hasEnded(task) || !this.#isReachable(task)) return;
      const next = START_SEQUENCE[START_SEQUENCE.indexOf(task.Status.State) + 1];
      if (next === undefined || (next === "starting" && task.DesiredState === "ready")) return;
      const failure = next === "running" ? this.#application.start(this.#describe(task)) : undefined;
      if (failure && !failure.afterMs) return this.#fail(task, failure);
      this.#setState(task, next, {
        Message: next === "running" ? "started" : next,
        ...this.#containerStatus(task, next),
      });
      if (failure) timers.after(failure.afterMs ?? 0, () => this.#failLater(task, failure));
      if (next !== "running") this.#advance(task);
    });
  }

  #failLater(task: TaskDetails, failure: StartFailure): void {
    if (task.Status.State === "running" && isDesiredRunning(task) && this.#isReachable(task)) this.#fail(task, failure);
  }

  #fail(task: TaskDetails, { state = "failed", err }: StartFailure): void {
    this.#setState(task, state, { Message: state === "failed" ? "started" : "preparing", Err: err });
  }

  #containerStatus(task: TaskDetails, state: string): Partial<TaskDetails["Status"]> {
    if (state !== "running") return {};
    const Ports = this.#endpoints.get(task)?.Ports?.filter(({ PublishMode }) => PublishMode === "host");
    const PortStatus = Ports?.length ? { Ports } : {};
    return { ContainerStatus: { ContainerID: newEngineId(), PID: 4242, ExitCode: 0 }, PortStatus };
  }

  #setState(task: TaskDetails, State: string, more: Partial<TaskDetails["Status"]>): void {
    task.Status = { ContainerStatus: task.Status.ContainerStatus, ...more, Timestamp: now(), State };
    task.Version = this.#swarm.nextVersion();
    task.UpdatedAt = now();
    this.#changed();
  }

  #network(ID: string) {
    return { ID, Spec: { Name: this.#swarm.networks.get(ID)?.Name ?? ID } };
  }

  get #application() {
    return this.#swarm.simulation.application;
  }

  #describe(task: TaskDetails) {
    return this.#swarm.services.describeTask(task);
  }
}
