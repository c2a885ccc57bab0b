import type { Engine } from "../../engine/engine.ts";
import { isVxlanLeftBehind } from "../../engine/errors.ts";
import type { ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { isBuiltImage } from "../../core/image-name.ts";
import { type TaskBreakdown, classifyTasks } from "./task-status.ts";
import type { NodeEngines } from "./task-exec.ts";

/** A service's tasks at one moment. */
export interface TaskSnapshot {
  tasks: TaskDetails[];
  breakdown: TaskBreakdown;
}

/**
 * Lists a service's own tasks and classifies them.
 *
 * @param nodes the program's hosts, if known
 */
export async function inspectTasks(
  manager: Engine,
  id: string,
  spec: ServiceSpec,
  nodes: NodeEngines = {},
): Promise<TaskSnapshot> {
  const tasks = ownTasks(await manager.listTasks({ service: [id] }), spec, nodes);
  return { tasks, breakdown: classifyTasks(spec, tasks, await manager.listNodes()) };
}

/**
 * Returns the tasks to consider: for a global service those on the program's hosts, for a replicated one all. Swarm also
 * starts a global service's task on a replaced machine while that has the node label; it fails there and does not matter.
 */
export function ownTasks(
  tasks: readonly TaskDetails[],
  { Mode }: Pick<ServiceSpec, "Mode">,
  nodes: NodeEngines,
): TaskDetails[] {
  const known = new Set(Object.values(nodes).map(({ nodeId }) => nodeId));
  const areKnown = "Global" in Mode && known.size > 0;
  return tasks.filter(({ NodeID }) => !areKnown || !NodeID || known.has(NodeID));
}

/** Returns whether some tasks do not have the spec. */
export async function hasOutdatedTasks(
  manager: Engine,
  id: string,
  spec: ServiceSpec,
  nodes: NodeEngines,
): Promise<boolean> {
  const { breakdown } = await inspectTasks(manager, id, spec, nodes);
  return breakdown.outdated.length + breakdown.outdatedFailing.length > 0;
}

/**
 * Returns a task's error, with the fix if it is known. If an image built by pulumi-swarm is missing, some engines only
 * report that the registry in its name is unreachable, so the message is replaced.
 */
export function taskError({ Spec, Status }: TaskDetails): string | undefined {
  const { Image } = Spec.ContainerSpec;
  const { State, Err } = Status;
  if (isBuiltImage(Image) && State === "rejected" && Err?.includes(Image))
    return `No such image: ${Image}, which cannot be pulled, because pulumi-swarm built it: run \`npm run up\``;
  if (State === "rejected" && Err?.startsWith("No such image"))
    return `${Err}: the engine could not pull it: check the image's name, and the host's access to its registry`;
  if (Err && isVxlanLeftBehind(Err))
    return `${Err}: restart Docker on the task's host (\`systemctl restart docker\`), which removes the interface`;
  return Err;
}

/** Returns why a task does not run: Swarm's error, or what it waits for. */
export function waitingReason(task: TaskDetails): string | undefined {
  const error = taskError(task);
  if (error) return error;
  // Its message is only "created". Tasks become pending once they have an address in each network.
  if (task.Status.State === "new") return "Swarm has not given it addresses yet: are its networks' subnets full?";
  return task.Status.State === "pending" ? task.Status.Message : undefined;
}

const TERMINAL_STATES = ["complete", "failed", "rejected", "shutdown", "orphaned", "remove"];

/** Returns whether no task of a service has a container that holds data or ports. */
export async function hasNoStartedTask(manager: Engine, id: string): Promise<boolean> {
  const tasks = await manager.listTasks({ service: [id] });
  return tasks.every(
    ({ Status }) => TERMINAL_STATES.includes(Status.State) || Status.ContainerStatus?.ContainerID === undefined,
  );
}
