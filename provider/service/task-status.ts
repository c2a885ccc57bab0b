import type { NodeDetails, PublishedPort, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { deepEqual } from "../runtime/diff.ts";
import { projectOntoDesired } from "./normalize-spec.ts";

/** A service's tasks by their state and by whether they have the wanted spec. */
export interface TaskBreakdown {
  /** Running with the wanted spec. */
  upToDate: TaskDetails[];
  /** Running with another spec. */
  outdated: TaskDetails[];
  /** Desired to run with the wanted spec, but not running yet. */
  starting: TaskDetails[];
  /** Desired to run with another spec, but not running: the result of an earlier failed update. */
  outdatedFailing: TaskDetails[];
  /** Still running, but desired to stop. */
  stopping: TaskDetails[];
  /** Nodes that are down and had a task: Swarm starts a task with the wanted spec when they come back. */
  downNodes: NodeDetails[];
  /** Nodes without one of its tasks that take none, because they are drained or paused. */
  inactiveNodes: NodeDetails[];
}

/** Classifies a service's tasks. Leaves out those on nodes that are down, as their state is outdated. */
export function classifyTasks(
  spec: ServiceSpec,
  tasks: readonly TaskDetails[],
  nodes: readonly NodeDetails[],
): TaskBreakdown {
  const downNodes = nodes.filter(
    ({ ID, Status }) => Status.State === "down" && tasks.some(({ NodeID }) => NodeID === ID),
  );
  const isOnDownNode = ({ NodeID }: TaskDetails) => downNodes.some(({ ID }) => ID === NodeID);
  const reachable = tasks.filter((task) => !isOnDownNode(task));
  const desired = reachable.filter(isDesiredRunning);
  // A pending task without a node may be bound to a node that is down.
  const waiting = desired.filter((task) => !task.NodeID && isPending(task)).slice(0, downNodes.length);
  const considered = desired.filter((task) => !waiting.includes(task));
  return {
    upToDate: considered.filter((task) => isRunning(task) && matchesSpec(task, spec)),
    outdated: considered.filter((task) => isRunning(task) && !matchesSpec(task, spec)),
    starting: considered.filter((task) => !isRunning(task) && matchesSpec(task, spec)),
    outdatedFailing: considered.filter((task) => !isRunning(task) && !matchesSpec(task, spec)),
    stopping: reachable.filter((task) => !isDesiredRunning(task) && isRunning(task)),
    downNodes,
    inactiveNodes: nodes.filter(
      ({ ID, Spec }) => Spec.Availability !== "active" && !tasks.some((task) => task.NodeID === ID && isRunning(task)),
    ),
  };
}

/**
 * Returns whether a task has the wanted spec. Compares host ports only if the task reports them, which it does not after
 * its engine has restarted. Ports of the routing mesh belong to the service, not to its tasks.
 */
export function matchesSpec(task: TaskDetails, { TaskTemplate, EndpointSpec }: ServiceSpec): boolean {
  if (!deepEqual(TaskTemplate, projectOntoDesired(TaskTemplate, task.Spec))) return false;
  const reported = formatHostPorts(task.Status.PortStatus?.Ports);
  return reported.length === 0 || deepEqual(reported, formatHostPorts(EndpointSpec?.Ports));
}

/** Returns host ports without duplicates: a task reports each port for IPv4 and for IPv6. */
function formatHostPorts(ports: PublishedPort[] = []): string[] {
  const formatted = ports
    .filter(({ PublishMode }) => PublishMode === "host")
    .map(({ Protocol, TargetPort, PublishedPort }) => `${PublishedPort}:${TargetPort}/${Protocol}`);
  return [...new Set(formatted)].toSorted();
}

const isDesiredRunning = ({ DesiredState }: TaskDetails) => DesiredState === "running" || DesiredState === "ready";
const isRunning = ({ Status }: TaskDetails) => Status.State === "running";
const isPending = ({ Status }: TaskDetails) => Status.State === "pending";
