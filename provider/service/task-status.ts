import type { NodeDetails, PublishedPort, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { deepEqual } from "../runtime/diff.ts";
import { projectOntoDesired } from "./normalize-spec.ts";

/** Where a service's tasks stand, seen from the settings that it is to have. */
export interface TaskBreakdown {
  /** Run, and have the settings. */
  upToDate: TaskDetails[];
  /** Run, with other settings. */
  outdated: TaskDetails[];
  /** Are to run with the settings, and do not yet. */
  starting: TaskDetails[];
  /** Are to run with other settings, and do not: what an earlier update left. */
  outdatedFailing: TaskDetails[];
  /** Are to stop, and still run. */
  stopping: TaskDetails[];
  /** Nodes that are down and had a task: Swarm gives them one of the settings when they come back. */
  downNodes: NodeDetails[];
}

/** Sorts a service's tasks. What is known of tasks on a node that is down is only what it said last. */
export function classifyTasks(
  spec: ServiceSpec,
  tasks: readonly TaskDetails[],
  nodes: readonly NodeDetails[],
): TaskBreakdown {
  const downNodes = nodes.filter(
    ({ ID, Status }) => Status.State === "down" && tasks.some(({ NodeID }) => NodeID === ID),
  );
  const isSilent = ({ NodeID }: TaskDetails) => downNodes.some(({ ID }) => ID === NodeID);
  const audible = tasks.filter((task) => !isSilent(task));
  const wanted = audible.filter(isDesiredRunning);
  // A task that is bound to a node that is down waits for it without having one.
  const waiting = wanted.filter((task) => !task.NodeID && isPending(task)).slice(0, downNodes.length);
  const living = wanted.filter((task) => !waiting.includes(task));
  return {
    upToDate: living.filter((task) => isRunning(task) && matchesSpec(task, spec)),
    outdated: living.filter((task) => isRunning(task) && !matchesSpec(task, spec)),
    starting: living.filter((task) => !isRunning(task) && matchesSpec(task, spec)),
    outdatedFailing: living.filter((task) => !isRunning(task) && !matchesSpec(task, spec)),
    stopping: audible.filter((task) => !isDesiredRunning(task) && isRunning(task)),
    downNodes,
  };
}

/**
 * Whether a task has the settings asked for. Ports on its host are compared where the task tells them: after a restart
 * of its engine it does not. Ports of the routing mesh are the service's alone.
 */
export function matchesSpec(task: TaskDetails, { TaskTemplate, EndpointSpec }: ServiceSpec): boolean {
  if (!deepEqual(TaskTemplate, projectOntoDesired(TaskTemplate, task.Spec))) return false;
  const told = formatHostPorts(task.Status.PortStatus?.Ports);
  return told.length === 0 || deepEqual(told, formatHostPorts(EndpointSpec?.Ports));
}

/** Each once: a task tells a port for IPv4 and for IPv6. */
function formatHostPorts(ports: PublishedPort[] = []): string[] {
  const words = ports
    .filter(({ PublishMode }) => PublishMode === "host")
    .map(({ Protocol, TargetPort, PublishedPort }) => `${PublishedPort}:${TargetPort}/${Protocol}`);
  return [...new Set(words)].toSorted();
}

const isDesiredRunning = ({ DesiredState }: TaskDetails) => DesiredState === "running" || DesiredState === "ready";
const isRunning = ({ Status }: TaskDetails) => Status.State === "running";
const isPending = ({ Status }: TaskDetails) => Status.State === "pending";
