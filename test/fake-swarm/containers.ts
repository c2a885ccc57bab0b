import type { ContainerSummary, ServiceDetails, TaskDetails } from "../../engine/types.ts";
import { type FakeResponse, notFound, ok, commandOutput, ApiError } from "./response.ts";
import type { FakeEngine } from "./engine.ts";
import { applyFilters } from "./filters.ts";
import { newEngineId } from "./recorded.ts";
import type { ApiCall } from "./routes.ts";
import type { FakeSwarm } from "./swarm.ts";
import { isDesiredRunning } from "./tasks.ts";

/** An exec instance of a container. */
interface Exec {
  container: string;
  command: string[];
  exitCode?: number;
}

const execs = new WeakMap<FakeEngine, Map<string, Exec>>();

/** Returns the tasks whose containers run on an engine. */
function runningTasks({ swarm, nodeId }: FakeEngine): TaskDetails[] {
  return swarm ? swarm.services.tasks.onNode(nodeId).filter(({ Status }) => Status.State === "running") : [];
}

const containerIdOf = ({ Status }: TaskDetails) => Status.ContainerStatus?.ContainerID;

function findTask(engine: FakeEngine, container: string): TaskDetails {
  const task = runningTasks(engine).find((one) => containerIdOf(one) === container);
  if (!task) throw new ApiError(404, `No such container: ${container}`);
  return task;
}

function toSummary(engine: FakeEngine, task: TaskDetails): ContainerSummary {
  const { service } = engine.swarm!.services.describeTask(task);
  return {
    ...{ Id: containerIdOf(task) ?? "", Names: [`/${service}.${task.Slot ?? task.NodeID}.${task.ID}`], Ports: [] },
    ...{ Image: task.Spec.ContainerSpec.Image, State: task.Status.State },
    Labels: { "com.docker.swarm.task.id": task.ID, "com.docker.swarm.service.name": service },
  };
}

/** Returns the hostname of a task's container: its id, unless the service sets one. */
function containerHostname(engine: FakeEngine, task: TaskDetails): string {
  const { Hostname } = task.Spec.ContainerSpec;
  const { hostname } = engine.swarm!.services.describeTask(task);
  return Hostname?.replace(/{{\s*\.Node\.Hostname\s*}}/, hostname) ?? containerIdOf(task)?.slice(0, 12) ?? "";
}

/** Runs an exec instance with the given standard input. */
export function runExec(engine: FakeEngine, id: string, input: string): FakeResponse {
  const exec = execs.get(engine)?.get(id);
  if (!exec) throw new ApiError(404, `No such exec instance: ${id}`);
  const task = findTask(engine, exec.container);
  const asked = { ...engine.swarm!.services.describeTask(task), command: exec.command, input };
  const { exitCode = 0, durationMs, ...said } = engine.simulation.application.exec(asked);
  engine.simulation.timers.after(durationMs ?? 0, () => (exec.exitCode = exitCode));
  return commandOutput(said, durationMs);
}

export function taskLog(swarm: FakeSwarm, id: string): FakeResponse {
  const task = swarm.services.tasks.all.get(id);
  if (!task) throw notFound("task", id);
  return commandOutput({ stdout: swarm.simulation.application.log(swarm.services.describeTask(task)) });
}

/** Returns a service with its task counts, as in a listing of services. */
export function withServiceStatus({ services, nodes }: FakeSwarm, service: ServiceDetails): ServiceDetails {
  const tasks = services.tasks.ofService(service.ID).filter(isDesiredRunning);
  const { Mode } = service.Spec;
  const RunningTasks = tasks.filter(({ Status, NodeID }) => {
    return Status.State === "running" && nodes.get(NodeID ?? "")?.Status.State !== "down";
  }).length;
  return {
    ...service,
    ServiceStatus: { RunningTasks, DesiredTasks: "Global" in Mode ? tasks.length : Mode.Replicated.Replicas },
  };
}

export const routes: Record<string, (call: ApiCall, id: string) => FakeResponse> = {
  "GET /containers/json": ({ engine, query }) =>
    ok(
      applyFilters(
        runningTasks(engine).map((task) => toSummary(engine, task)),
        query,
        {
          status: ({ State }, status) => State === status,
          label: ({ Labels }, label) => label in Labels,
        },
      ),
    ),
  "GET /containers/:id/json": ({ engine }, id) => {
    const task = findTask(engine, id);
    const State = { Status: "running", Running: true, StartedAt: task.Status.Timestamp };
    return ok({ Id: id, Config: { Hostname: containerHostname(engine, task) }, State });
  },
  "POST /containers/:id/exec": ({ engine, body }, container) => {
    findTask(engine, container);
    const all = execs.get(engine) ?? new Map<string, Exec>();
    execs.set(engine, all);
    const Id = newEngineId();
    all.set(Id, { container, command: (body as { Cmd: string[] }).Cmd });
    return ok({ Id }, 201);
  },
  "POST /exec/:id/start": ({ engine }, id) => runExec(engine, id, ""),
  "GET /exec/:id/json": ({ engine }, id) => {
    const exec = execs.get(engine)?.get(id);
    if (!exec) throw new ApiError(404, `No such exec instance: ${id}`);
    return ok({ ID: id, Running: exec.exitCode === undefined, ExitCode: exec.exitCode ?? null });
  },
};
