import type { ContainerSummary, ServiceDetails, TaskDetails } from "../../engine/types.ts";
import { type Answer, NOT_FOUND, ok, printed, Refused } from "./answer.ts";
import type { FakeEngine } from "./engine.ts";
import { listed } from "./filters.ts";
import { engineId } from "./recorded.ts";
import type { Call } from "./routes.ts";
import type { FakeSwarm } from "./swarm.ts";
import { isWanted } from "./tasks.ts";

/** A command that was prepared in a container, and what it came to. */
interface Exec {
  container: string;
  command: string[];
  exitCode?: number;
}

const execs = new WeakMap<FakeEngine, Map<string, Exec>>();

/** The tasks whose containers run on an engine. */
function running({ swarm, nodeId }: FakeEngine): TaskDetails[] {
  return swarm ? swarm.services.tasks.on(nodeId).filter(({ Status }) => Status.State === "running") : [];
}

const containerOf = ({ Status }: TaskDetails) => Status.ContainerStatus?.ContainerID;

function taskIn(engine: FakeEngine, container: string): TaskDetails {
  const task = running(engine).find((one) => containerOf(one) === container);
  if (!task) throw new Refused(404, `No such container: ${container}`);
  return task;
}

function summaryOf(engine: FakeEngine, task: TaskDetails): ContainerSummary {
  const { service } = engine.swarm!.services.runs(task);
  return {
    ...{ Id: containerOf(task) ?? "", Names: [`/${service}.${task.Slot ?? task.NodeID}.${task.ID}`], Ports: [] },
    ...{ Image: task.Spec.ContainerSpec.Image, State: task.Status.State },
    Labels: { "com.docker.swarm.task.id": task.ID, "com.docker.swarm.service.name": service },
  };
}

/** The hostname of a task's container: its id, unless the service names one. */
function hostnameOf(engine: FakeEngine, task: TaskDetails): string {
  const { Hostname } = task.Spec.ContainerSpec;
  const { hostname } = engine.swarm!.services.runs(task);
  return Hostname?.replace(/{{\s*\.Node\.Hostname\s*}}/, hostname) ?? containerOf(task)?.slice(0, 12) ?? "";
}

/** Runs a prepared command, with what it is given to read. */
export function runExec(engine: FakeEngine, id: string, input: string): Answer {
  const exec = execs.get(engine)?.get(id);
  if (!exec) throw new Refused(404, `No such exec instance: ${id}`);
  const task = taskIn(engine, exec.container);
  const asked = { ...engine.swarm!.services.runs(task), command: exec.command, input };
  const { exitCode = 0, takesMs, ...said } = engine.world.application.exec(asked);
  engine.world.timers.after(takesMs ?? 0, () => (exec.exitCode = exitCode));
  return printed(said, takesMs);
}

export function taskLog(swarm: FakeSwarm, id: string): Answer {
  const task = swarm.services.tasks.all.get(id);
  if (!task) throw NOT_FOUND("task", id);
  return printed({ stdout: swarm.world.application.log(swarm.services.runs(task)) });
}

/** A service with how many of its tasks run, as a listing tells it. */
export function withStatus({ services, nodes }: FakeSwarm, service: ServiceDetails): ServiceDetails {
  const tasks = services.tasks.of(service.ID).filter(isWanted);
  const { Mode } = service.Spec;
  const RunningTasks = tasks.filter(({ Status, NodeID }) => {
    return Status.State === "running" && nodes.get(NodeID ?? "")?.Status.State !== "down";
  }).length;
  return {
    ...service,
    ServiceStatus: { RunningTasks, DesiredTasks: "Global" in Mode ? tasks.length : Mode.Replicated.Replicas },
  };
}

export const routes: Record<string, (call: Call, id: string) => Answer> = {
  "GET /containers/json": ({ engine, query }) =>
    ok(
      listed(
        running(engine).map((task) => summaryOf(engine, task)),
        query,
        {
          status: ({ State }, status) => State === status,
          label: ({ Labels }, label) => label in Labels,
        },
      ),
    ),
  "GET /containers/:id/json": ({ engine }, id) => {
    const task = taskIn(engine, id);
    const State = { Status: "running", Running: true, StartedAt: task.Status.Timestamp };
    return ok({ Id: id, Config: { Hostname: hostnameOf(engine, task) }, State });
  },
  "POST /containers/:id/exec": ({ engine, body }, container) => {
    taskIn(engine, container);
    const all = execs.get(engine) ?? new Map<string, Exec>();
    execs.set(engine, all);
    const Id = engineId();
    all.set(Id, { container, command: (body as { Cmd: string[] }).Cmd });
    return ok({ Id }, 201);
  },
  "POST /exec/:id/start": ({ engine }, id) => runExec(engine, id, ""),
  "GET /exec/:id/json": ({ engine }, id) => {
    const exec = execs.get(engine)?.get(id);
    if (!exec) throw new Refused(404, `No such exec instance: ${id}`);
    return ok({ ID: id, Running: exec.exitCode === undefined, ExitCode: exec.exitCode ?? null });
  },
};
