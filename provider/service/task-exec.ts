import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { lastLine } from "../../engine/last-line.ts";

/** How to reach the engine of each node that runs tasks, by host key. */
export type NodeEngines = Record<string, { nodeId: string; connection: EngineConnection }>;

/** A task's container on a host of the program, where commands can be run in it. */
export interface TaskContainer {
  /** The host's key. */
  host: string;
  engine: Engine;
  /** The container's id. */
  container: string;
}

/** The key of a node's host; undefined for a node that is none of the program's. */
export function hostForNode(nodes: NodeEngines, nodeId: string | undefined): string | undefined {
  return Object.keys(nodes).find((host) => nodes[host]?.nodeId === nodeId);
}

/** Whether one of the hosts is another node now: its machine was replaced, or has joined anew. */
export function anyNodeReplaced(before: NodeEngines, now: NodeEngines): boolean {
  return Object.entries(now).some(([host, { nodeId }]) => before[host] && before[host].nodeId !== nodeId);
}

/** Where a task can be asked something; undefined on a node that is none of the program's, or before it has begun. */
export function findTaskContainer(nodes: NodeEngines, { NodeID, Status }: TaskDetails): TaskContainer | undefined {
  const host = hostForNode(nodes, NodeID);
  const node = host === undefined ? undefined : nodes[host];
  const container = Status.ContainerStatus?.ContainerID;
  return host !== undefined && node && container ? { host, engine: new Engine(node.connection), container } : undefined;
}

/**
 * Runs a command in a container and gives back what it printed.
 *
 * @throws the last line that it said, when it does not end well.
 */
export async function execOrThrow(
  { engine, container }: TaskContainer,
  command: string[],
  timeoutMs: number,
): Promise<string> {
  const { exitCode, stdout, stderr } = await engine.exec(container, command, { timeoutMs });
  if (exitCode === 0) return stdout;
  throw new Error(lastLine(stderr || stdout) ?? `${command.join(" ")} ended with ${exitCode}`);
}

/** Runs a command in a container as a question: undefined is its yes, else the last line that it said. */
export function execFailure(asked: TaskContainer, command: string[], timeoutMs: number): Promise<string | undefined> {
  return execOrThrow(asked, command, timeoutMs).then(() => undefined, errorMessage);
}
