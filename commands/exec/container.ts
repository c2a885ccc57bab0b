import type { Engine } from "../../components/engine/engine.ts";
import type { TaskDetails } from "../../components/engine/types.ts";
import { PROJECT_LABEL, STACK_LABEL } from "../../components/shared/labels.ts";
import type { StackValues } from "../status/stack.ts";

/** The labels by which the engine finds what belongs to a stack. */
export function stackFilter({ project, stack }: Pick<StackValues, "project" | "stack">): { label: string[] } {
  return { label: [`${PROJECT_LABEL}=${project}`, `${STACK_LABEL}=${stack}`] };
}

/** The node of a host key; a key that is not there is answered with those that are. */
export function nodeOf(host: string, nodes: StackValues["nodes"]): string {
  const node = nodes[host];
  if (node && Object.hasOwn(nodes, host)) return node.nodeId;
  throw new Error(
    `host "${host}": there is no such host key; choose one of ${Object.keys(nodes).toSorted().join(", ")}`,
  );
}

/**
 * The container in which a task of the store runs on a node. The store's containers are known by the file of aliases
 * that MinIO's client finds its credentials in.
 */
export function storeContainer(tasks: readonly TaskDetails[], nodeId: string): string | undefined {
  const running = tasks.find(
    (task) =>
      task.NodeID === nodeId && task.Status.State === "running" && task.DesiredState === "running" && hasClient(task),
  );
  return running?.Status.ContainerStatus?.ContainerID;
}

function hasClient({ Spec }: TaskDetails): boolean {
  return Spec.ContainerSpec.Env?.some((variable) => variable.startsWith("MC_CONFIG_ENV_FILE=")) ?? false;
}

/** All tasks of a stack's services, those that ended too. */
export async function stackTasks(engine: Engine, stack: StackValues): Promise<TaskDetails[]> {
  const services = await engine.services(stackFilter(stack));
  return services.length === 0 ? [] : await engine.tasks({ service: services.map(({ ID }) => ID) });
}
