import type { EngineConnection } from "../engine/connection.ts";
import { Engine } from "../engine/engine.ts";
import type { ServiceDetails, TaskDetails } from "../engine/types.ts";
import { inWordsOf } from "../swarm-service/live-spec.ts";
import type { ServiceInputs } from "./service.ts";
import { ResourceProblem, same } from "./values.ts";
import { type Attempt, done, notYet, waitFor } from "./wait.ts";

/** How to reach the engine of each node that runs tasks, by host key. */
export type NodeEngines = Record<string, { nodeId: string; connection: EngineConnection }>;

/** Milliseconds a `readyCommand` may take. */
const READY_COMMAND_LIMIT = 10_000;

/** After this many failed tasks with none running, waiting longer helps nobody. */
const HOPELESS = 3;

/** Milliseconds within which Swarm has noticed a change and begun to act on it. */
const NOTICE = 5_000;

/** Waits until the tasks of the service's present spec run, all of them, and the application in them works. */
export async function untilReady(
  manager: Engine,
  id: string,
  inputs: ServiceInputs,
  earlierTasks: ReadonlySet<string>,
): Promise<void> {
  const { spec, timeoutSeconds } = inputs;
  const begun = performance.now();
  let failures: string[] = [];
  await waitFor(
    async () => {
      const service = await manager.service(id);
      const tasks = await manager.tasks({ service: [id] });
      const fresh = tasks.filter((task) => !earlierTasks.has(task.ID));
      failures = failureTexts(fresh);
      const state = converged(service, tasks, inputs, performance.now() - begun);
      if (!state.done) {
        if (isHopeless(fresh)) throw notReady(spec.Name, "its tasks fail again and again", failures);
        return state;
      }
      return answers(inputs, state.value);
    },
    { what: `service ${spec.Name}`, limitSeconds: timeoutSeconds },
    (because) => notReady(spec.Name, `not ready within timeoutSeconds ${timeoutSeconds}: ${because}`, failures),
  );
}

/** Waits until the last task of a removed service is gone, so that nothing holds its networks and ports any more. */
export async function tasksEnded(manager: Engine, id: string, { spec, timeoutSeconds }: ServiceInputs): Promise<void> {
  await waitFor(
    async () => {
      const left = (await manager.tasks()).filter((task) => task.ServiceID === id).length;
      return left === 0 ? done(undefined) : notYet(`${left} tasks are still stopping`);
    },
    { what: `service ${spec.Name}`, limitSeconds: timeoutSeconds, intervalMs: 200 },
    (because) => new ResourceProblem(`service ${spec.Name} did not end within ${timeoutSeconds} s: ${because}`),
  );
}

/** The tasks that run, once they are as many as asked for and all of the present spec. */
function converged(
  service: ServiceDetails,
  tasks: TaskDetails[],
  { spec, tasks: wanted }: ServiceInputs,
  elapsed: number,
): Attempt<TaskDetails[]> {
  const update = service.UpdateStatus?.State;
  if (update === "paused") {
    throw new ResourceProblem(`service ${spec.Name}: Swarm paused the update: ${service.UpdateStatus?.Message ?? ""}`);
  }
  const current = tasks.filter((task) => task.DesiredState === "running" && isCurrent(task, service));
  const running = current.filter((task) => task.Status.State === "running");
  if (running.length < Math.max(wanted, current.length)) return notYet(progress(running.length, wanted, current));
  const stale = tasks.filter((task) => task.Status.State === "running" && !running.includes(task)).length;
  if (stale > 0) return notYet(`${stale} tasks of the former settings are still there`);
  const noticed = update === "completed" || elapsed > NOTICE || service.PreviousSpec === undefined;
  return noticed && update !== "updating" ? done(running) : notYet("Swarm is still at the update");
}

function isCurrent(task: TaskDetails, service: ServiceDetails): boolean {
  const wanted = service.Spec.TaskTemplate;
  return same(wanted, inWordsOf(wanted, task.Spec));
}

function progress(running: number, wanted: number, current: TaskDetails[]): string {
  const states = current.filter((task) => task.Status.State !== "running").map((task) => task.Status.State);
  const rest = [...new Set(states)].join(", ");
  if (current.length === 0)
    return `${running} of ${wanted} tasks run; Swarm has placed none: does a node match its constraints?`;
  return `${running} of ${wanted} tasks run${rest ? ` (others: ${rest})` : ""}`;
}

/** Asks the application itself, in one of its tasks that can be reached. */
async function answers({ readyCommand, nodes }: ServiceInputs, running: TaskDetails[]): Promise<Attempt<void>> {
  if (!readyCommand) return done(undefined);
  for (const task of running) {
    const node = Object.values(nodes).find(({ nodeId }) => nodeId === task.NodeID);
    const container = task.Status.ContainerStatus?.ContainerID;
    if (!node || !container) continue;
    const engine = new Engine(node.connection);
    const result = await engine
      .exec(container, readyCommand, { timeoutMs: READY_COMMAND_LIMIT })
      .catch((error: unknown) => ({
        exitCode: -1,
        stdout: "",
        stderr: error instanceof Error ? error.message : String(error),
      }));
    if (result.exitCode === 0) return done(undefined);
    const [said = ""] = (result.stderr || result.stdout).trim().split("\n").slice(-1);
    return notYet(
      `its tasks run, but it does not work yet: ${said || `${readyCommand.join(" ")} ended with ${result.exitCode}`}`,
    );
  }
  return notYet("its tasks run on hosts that cannot be asked");
}

const hasFailed = (task: TaskDetails) => task.Status.State === "failed" || task.Status.State === "rejected";

function isHopeless(fresh: TaskDetails[]): boolean {
  return fresh.filter(hasFailed).length >= HOPELESS && !fresh.some((task) => task.Status.State === "running");
}

/** What the failed tasks themselves say, each thing once. */
function failureTexts(tasks: TaskDetails[]): string[] {
  return [...new Set(tasks.filter(hasFailed).map((task) => task.Status.Err ?? task.Status.Message ?? "failed"))];
}

function notReady(name: string, why: string, failures: string[]): ResourceProblem {
  const said = failures.length > 0 ? `; tasks said: ${failures.join("; ")}` : "";
  return new ResourceProblem(`service ${name}: ${why}${said}`);
}
