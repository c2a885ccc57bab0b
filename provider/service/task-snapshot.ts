import type { Engine } from "../../engine/engine.ts";
import type { ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { isBuiltImage } from "../../core/image-name.ts";
import { type TaskBreakdown, classifyTasks } from "./task-status.ts";
import type { NodeEngines } from "./task-exec.ts";

/** A service's tasks that count, and where they stand. */
export interface TaskSnapshot {
  tasks: TaskDetails[];
  breakdown: TaskBreakdown;
}

/**
 * Looks at a service's tasks now.
 *
 * @param nodes the program's hosts as they are now, where they are known
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
 * Of a global service the tasks on the program's hosts. Swarm also starts one on a machine that another has replaced,
 * for as long as it has the label: what has no place in the application fails, and is nobody's concern. Where Swarm
 * chooses the nodes each task counts, wherever it is.
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

/** Whether there are tasks that are to have other settings. */
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
 * What Swarm says went wrong with a task. Where an image that was built by pulumi-swarm is missing, some engines only say
 * that nothing answers at the address it is named by.
 */
export function taskError({ Spec, Status }: TaskDetails): string | undefined {
  const { Image } = Spec.ContainerSpec;
  const isMissing = isBuiltImage(Image) && Status.State === "rejected" && Status.Err?.includes(Image);
  return isMissing ? `No such image: ${Image}, which no engine can pull: \`npm run up\` brings it` : Status.Err;
}

const TERMINAL_STATES = ["complete", "failed", "rejected", "shutdown", "orphaned", "remove"];

/** Whether no task of a service runs or is about to, so that none holds data or ports: those there are have no place. */
export async function hasNoStartedTask(manager: Engine, id: string): Promise<boolean> {
  const tasks = await manager.listTasks({ service: [id] });
  return tasks.every(
    ({ Status }) => TERMINAL_STATES.includes(Status.State) || Status.ContainerStatus?.ContainerID === undefined,
  );
}
