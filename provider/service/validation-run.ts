import { randomBytes } from "node:crypto";
import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import {
  findExcludingVariable,
  findExitReason,
  describeRejection,
  VALIDATION_LABEL,
  validationSpec,
} from "./settings-validation.ts";
import { type SettingsValidation } from "../../core/service-update.ts";
import { withManager, type FindManager, waitWithManager } from "../swarm/with-manager.ts";
import { logLine } from "../runtime/log-line.ts";
import { findTaskContainer, type NodeEngines, execFailure } from "./task-exec.ts";
import { isPeerRunningWith } from "./peers.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/** How settings are started once, where the container can be asked, and what else runs with such settings. */
export interface ValidationOptions extends Pick<ServiceInputs, "nodes" | "peers" | "restartTogether"> {
  validation: SettingsValidation;
}

/** Seconds within which the container starts and ends, and within which the application in it starts. */
const CONTAINER_SECONDS = 60;
const READY_SECONDS = 30;

const LOG_LINES = 20;

const SUBJECT = "validation of the new settings";

/**
 * Starts new settings in one container that shares only image, environment, secrets and networks with the service. Where
 * they do not start, and the present settings do in the same way, the new ones are refused. Whatever else goes wrong is
 * no verdict on them: the change goes on, and is rolled back if it fails.
 *
 * @throws with the argument, its value and what the application said.
 */
export async function runValidation(
  find: FindManager,
  { Spec: former }: Pick<ServiceDetails, "Spec">,
  wanted: ServiceSpec,
  options: ValidationOptions,
): Promise<void> {
  const what = `service ${wanted.Name}`;
  const { validation } = options;
  const variable = findExcludingVariable(validation, wanted);
  if (variable !== undefined) {
    logLine(`${what}: the new settings are not validated first: with ${variable} it would write elsewhere`);
    return;
  }
  if (await withManager(what, find, (manager) => isPeerRunningWith(manager, wanted, former, options))) return;
  const problem = await findStartFailure(find, wanted, options);
  if (!problem) return;
  if (problem.hasExited && !(await findStartFailure(find, former, options))) {
    throw new ResourceError(`${what}: ${describeRejection(validation, former, wanted, problem.output)}`);
  }
  logLine(`${what}: the new settings could not be validated first: ${problem.output}`);
}

/** Removes what a killed run left of a validation. */
export async function removeValidationServices(manager: Engine, name: string): Promise<void> {
  const left = await manager.listServices({ label: [`${VALIDATION_LABEL}=${name}`] });
  for (const { ID } of left) await removeServiceAndTasks(manager, ID);
}

/** Why settings do not start, and whether it is that their container ended by itself. */
interface StartFailure {
  hasExited: boolean;
  output: string;
}

async function findStartFailure(
  find: FindManager,
  spec: ServiceSpec,
  { validation, nodes }: ValidationOptions,
): Promise<StartFailure | undefined> {
  const { Networks = [] } = spec.TaskTemplate;
  const suffix = randomBytes(3).toString("hex");
  try {
    const id = await withManager(SUBJECT, find, async (manager) => {
      const networks = await Promise.all(Networks.map(({ Target }) => manager.inspectNetwork(Target)));
      return manager.createService(validationSpec(spec, validation, networks, suffix));
    });
    const task = await waitForContainer(find, id);
    return hasEnded(task) ? await getStartFailure(find, task) : await waitForReadyOrExit(find, task, validation, nodes);
  } catch (error) {
    return { hasExited: false, output: errorMessage(error) };
  } finally {
    await withManager(SUBJECT, find, (manager) => removeValidationServices(manager, spec.Name));
  }
}

const hasEnded = ({ Status }: TaskDetails) => ["complete", "failed", "rejected", "shutdown"].includes(Status.State);

/** The one task, once its container was started or cannot be. */
function waitForContainer(find: FindManager, id: string): Promise<TaskDetails> {
  return waitWithManager<Engine, TaskDetails>(
    find,
    async (manager) => {
      const [task] = await manager.listTasks({ service: [id] });
      if (!task) return pending("Swarm has not placed the container");
      const { ContainerStatus, State, Err } = task.Status;
      const isThere = hasEnded(task) || ContainerStatus?.ContainerID !== undefined;
      return isThere ? ready(task) : pending(Err ?? `the container is ${State}`);
    },
    { subject: SUBJECT, timeoutSeconds: CONTAINER_SECONDS, intervalMs: 200 },
    (because) => new Error(`no container started within ${CONTAINER_SECONDS} s: ${because}`),
  );
}

/** Waits for the application's own yes. One that goes on running has accepted its settings, and waits for others. */
async function waitForReadyOrExit(
  find: FindManager,
  started: TaskDetails,
  { readyCommand }: SettingsValidation,
  nodes: NodeEngines,
): Promise<StartFailure | undefined> {
  const container = findTaskContainer(nodes, started);
  const begun = performance.now();
  let isReady = false;
  let asked: Promise<void> | undefined;
  // A client that waits by itself asks only every few seconds. What is given up on ends with the container.
  let limitMs = 500;
  const ask = async () => {
    limitMs = Math.min(2 * limitMs, READY_SECONDS * 1_000);
    isReady = container !== undefined && (await execFailure(container, readyCommand, limitMs)) === undefined;
    asked = undefined;
  };
  return waitWithManager<Engine, StartFailure | undefined>(
    find,
    async (manager) => {
      const task = (await manager.listTasks({ service: [started.ServiceID] }))[0] ?? started;
      if (hasEnded(task)) return ready(await getStartFailure(find, task));
      if (isReady || performance.now() - begun > READY_SECONDS * 1_000) return ready(undefined);
      asked ??= ask();
      return pending("the application starts");
    },
    { subject: SUBJECT, timeoutSeconds: 2 * READY_SECONDS, intervalMs: 200 },
    (because) => new Error(because),
  );
}

/** What the application said when it ended. That a container could not be made says nothing of its settings. */
async function getStartFailure(find: FindManager, { ID, Status }: TaskDetails): Promise<StartFailure> {
  const manager = await find();
  const log = await manager.tailTaskLog(ID, LOG_LINES).catch(() => "");
  const output = findExitReason(log) ?? Status.Err ?? `the container is ${Status.State}`;
  return { hasExited: Status.State !== "rejected", output };
}

/** Removes a service and waits until its container is gone: its networks and secrets are free then. */
async function removeServiceAndTasks(manager: Engine, id: string): Promise<void> {
  await undefinedIfNotFound(manager.removeService(id));
  await waitFor(
    async () => {
      const left = (await manager.listTasks()).filter(({ ServiceID }) => ServiceID === id).length;
      return left === 0 ? ready(undefined) : pending("its container is still stopping");
    },
    { subject: SUBJECT, timeoutSeconds: CONTAINER_SECONDS, intervalMs: 200 },
    (because) => new ResourceError(`the container that validated the new settings does not end: ${because}`),
  );
}
