import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import { exec } from "../../engine/exec.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { lastLine } from "../../engine/last-line.ts";

/** The node and the engine of each host, by host key. */
export type NodeEngines = Record<string, { nodeId: string; connection: EngineConnection }>;

/** A task's container on a host of the program. */
export interface TaskContainer {
  /** The host's key. */
  host: string;
  engine: Engine;
  /** The container's id. */
  container: string;
}

/** Returns the key of a node's host; undefined if the program does not manage it. */
export function hostForNode(nodes: NodeEngines, nodeId: string | undefined): string | undefined {
  return Object.keys(nodes).find((host) => nodes[host]?.nodeId === nodeId);
}

/** Returns whether a host has joined as another node, for example because its machine was replaced. */
export function anyNodeReplaced(before: NodeEngines, now: NodeEngines): boolean {
  return Object.entries(now).some(([host, { nodeId }]) => before[host] && before[host].nodeId !== nodeId);
}

/** Returns a task's container; undefined before it is created and on nodes that the program does not manage. */
export function findTaskContainer(nodes: NodeEngines, { NodeID, Status }: TaskDetails): TaskContainer | undefined {
  const host = hostForNode(nodes, NodeID);
  const node = host === undefined ? undefined : nodes[host];
  const container = Status.ContainerStatus?.ContainerID;
  return host !== undefined && node && container ? { host, engine: new Engine(node.connection), container } : undefined;
}

/**
 * Runs a command in a container and returns its standard output.
 *
 * @throws Error with the last line of its output if its exit code is not 0.
 */
export async function execOrThrow(
  { engine, container }: TaskContainer,
  command: string[],
  timeoutMs: number,
): Promise<string> {
  const { exitCode, stdout, stderr } = await exec(engine, container, command, timeoutMs);
  if (exitCode === 0) return stdout;
  throw new Error(lastLine(stderr || stdout) ?? `${command.join(" ")} ended with ${exitCode}`);
}

/** Runs a command in a container. Returns undefined if it succeeds, otherwise the error message. */
export function execFailure(
  container: TaskContainer,
  command: string[],
  timeoutMs: number,
): Promise<string | undefined> {
  return execOrThrow(container, command, timeoutMs).then(() => undefined, errorMessage);
}
