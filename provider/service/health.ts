import type { Engine } from "../../engine/engine.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { logLine } from "../runtime/log-line.ts";
import { execOrThrow, findTaskContainer } from "./task-exec.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { inspectTasks } from "./task-snapshot.ts";

/** Milliseconds for the engine, and then for the task, to answer. Long enough for ssh and a busy machine. */
const CHECK_TIMEOUT_MS = 20_000;

/**
 * Counts the tasks that run with the service's spec and in which `readyCommand` succeeds, at most as many as wanted.
 * Fewer than wanted is drift, and the next update waits for the rest. Counts tasks on all nodes, as the recorded nodes
 * may be outdated.
 */
export async function countHealthyTasks(
  manager: Engine,
  id: string,
  { spec, nodes, tasks: wanted, readyCommand }: ServiceInputs,
): Promise<number> {
  const { breakdown } = await inspectTasks(manager, id, spec);
  const running = breakdown.upToDate;
  if (!readyCommand) return Math.min(wanted, running.length);
  const check = { service: spec.Name, command: readyCommand, nodes };
  const results = await Promise.all(running.map((task) => isHealthy(task, check)));
  return Math.min(wanted, results.filter(Boolean).length);
}

interface HealthCheck {
  service: string;
  command: string[];
  nodes: ServiceInputs["nodes"];
}

/** Returns whether `readyCommand` succeeds in a task. A task on an unreachable host counts as healthy, not as drift. */
async function isHealthy(task: TaskDetails, { service, command, nodes }: HealthCheck): Promise<boolean> {
  const container = findTaskContainer(nodes, task);
  if (!container) return true;
  try {
    await container.engine.ping(CHECK_TIMEOUT_MS);
  } catch (error) {
    logLine(`service ${service}: the readiness check is not run on host ${container.host}: ${errorMessage(error)}`);
    return true;
  }
  try {
    await execOrThrow(container, command, CHECK_TIMEOUT_MS);
    return true;
  } catch (error) {
    const hasTimedOut = error instanceof UnreachableError;
    const reason = hasTimedOut
      ? `no answer to \`${command.join(" ")}\` within ${CHECK_TIMEOUT_MS / 1000} s`
      : errorMessage(error);
    logLine(`service ${service}: its task on host ${container.host} runs, but its readiness check fails: ${reason}`);
    return false;
  }
}
