import type { Engine } from "../../engine/engine.ts";
import type { TaskDetails } from "../../engine/types.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { logLine } from "../runtime/log-line.ts";
import { execOrThrow, findTaskContainer } from "./task-exec.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { inspectTasks } from "./task-snapshot.ts";

/** How long an engine, and then a task, may take to answer, in milliseconds: by ssh, on a busy machine. */
const CHECK_TIMEOUT_MS = 20_000;

/**
 * How many of the tasks asked for run, with the settings that the service has, and work: fewer is drift, and the update
 * that follows waits for the rest. On any node: those of the state are what was known at the last change.
 */
export async function countHealthyTasks(
  manager: Engine,
  id: string,
  { spec, nodes, tasks: wanted, readyCommand }: ServiceInputs,
): Promise<number> {
  const { breakdown } = await inspectTasks(manager, id, spec);
  const running = breakdown.upToDate;
  if (!readyCommand) return Math.min(wanted, running.length);
  const question = { service: spec.Name, command: readyCommand, nodes };
  const answers = await Promise.all(running.map((task) => isHealthy(task, question)));
  return Math.min(wanted, answers.filter(Boolean).length);
}

interface HealthCheck {
  service: string;
  command: string[];
  nodes: ServiceInputs["nodes"];
}

/** Whether a running task says that it works. One that cannot be asked from here counts: silence is no drift. */
async function isHealthy(task: TaskDetails, { service, command, nodes }: HealthCheck): Promise<boolean> {
  const asked = findTaskContainer(nodes, task);
  if (!asked) return true;
  try {
    await asked.engine.ping(CHECK_TIMEOUT_MS);
  } catch (error) {
    logLine(`service ${service}: whether it works is not asked on host ${asked.host}: ${errorMessage(error)}`);
    return true;
  }
  try {
    await execOrThrow(asked, command, CHECK_TIMEOUT_MS);
    return true;
  } catch (error) {
    const isSilent = error instanceof UnreachableError;
    const why = isSilent
      ? `no answer to \`${command.join(" ")}\` within ${CHECK_TIMEOUT_MS / 1000} s`
      : errorMessage(error);
    logLine(`service ${service}: its task on host ${asked.host} runs, but does not work: ${why}`);
    return false;
  }
}
