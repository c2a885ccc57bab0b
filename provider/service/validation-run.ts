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

export interface ValidationOptions extends Pick<ServiceInputs, "nodes" | "peers" | "restartTogether"> {
  validation: SettingsValidation;
  /** Login that the node uses to pull the image. @default - none */
  auth?: string;
}

/** Timeout for the container to start, and to be removed. */
const CONTAINER_SECONDS = 60;
/** Timeout for the application in the container to become ready or exit. */
const READY_SECONDS = 30;

const LOG_LINES = 20;

const SUBJECT = "validation of the new settings";

/**
 * Starts new settings in a container that shares only image, environment, secrets and networks with the service. Rejects
 * them if the application exits with them but starts with the present ones. Any other problem is only logged: the change
 * continues, and is rolled back if it fails.
 *
 * @throws ResourceError with the argument, its value and the application's output.
 */
export async function runValidation(
  find: FindManager,
  { Spec: previous }: Pick<ServiceDetails, "Spec">,
  wanted: ServiceSpec,
  options: ValidationOptions,
): Promise<void> {
  const subject = `service ${wanted.Name}`;
  const { validation } = options;
  const variable = findExcludingVariable(validation, wanted);
  if (variable !== undefined) {
    logLine(
      `${subject}: the new settings are not validated first: with ${variable} it would write outside its container`,
    );
    return;
  }
  if (await withManager(subject, find, (manager) => isPeerRunningWith(manager, wanted, previous, options))) return;
  const failure = await findStartFailure(find, wanted, options);
  if (!failure) return;
  if (failure.hasExited && !(await findStartFailure(find, previous, options))) {
    throw new ResourceError(`${subject}: ${describeRejection(validation, previous, wanted, failure.output)}`);
  }
  logLine(`${subject}: the new settings could not be validated first: ${failure.output}`);
}

/** Removes validation services, including those that a killed run orphaned. */
export async function removeValidationServices(manager: Engine, name: string): Promise<void> {
  const left = await manager.listServices({ label: [`${VALIDATION_LABEL}=${name}`] });
  for (const { ID } of left) await removeServiceAndTasks(manager, ID);
}

interface StartFailure {
  /** Whether the application exited. Otherwise the container could not be started. */
  hasExited: boolean;
  output: string;
}

async function findStartFailure(
  find: FindManager,
  spec: ServiceSpec,
  { validation, nodes, auth }: ValidationOptions,
): Promise<StartFailure | undefined> {
  const { Networks = [] } = spec.TaskTemplate;
  const suffix = randomBytes(3).toString("hex");
  try {
    const id = await withManager(SUBJECT, find, async (manager) => {
      const networks = await Promise.all(Networks.map(({ Target }) => manager.inspectNetwork(Target)));
      return manager.createService(validationSpec(spec, validation, networks, suffix), auth);
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

/** Waits until the task's container has started or failed to start. */
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
    (reason) => new Error(`no container started within ${CONTAINER_SECONDS} s: ${reason}`),
  );
}

/**
 * Waits until `readyCommand` succeeds or the application exits. An application that keeps running has accepted its
 * settings.
 */
async function waitForReadyOrExit(
  find: FindManager,
  started: TaskDetails,
  { readyCommand }: SettingsValidation,
  nodes: NodeEngines,
): Promise<StartFailure | undefined> {
  const container = findTaskContainer(nodes, started);
  const startedAt = performance.now();
  let isReady = false;
  let check: Promise<void> | undefined;
  // Starts with a short timeout: a command that blocks until it succeeds may itself check only every few seconds. Runs
  // that timed out end with the container.
  let limitMs = 500;
  const runCheck = async () => {
    limitMs = Math.min(2 * limitMs, READY_SECONDS * 1_000);
    isReady = container !== undefined && (await execFailure(container, readyCommand, limitMs)) === undefined;
    check = undefined;
  };
  return waitWithManager<Engine, StartFailure | undefined>(
    find,
    async (manager) => {
      const task = (await manager.listTasks({ service: [started.ServiceID] }))[0] ?? started;
      if (hasEnded(task)) return ready(await getStartFailure(find, task));
      if (isReady || performance.now() - startedAt > READY_SECONDS * 1_000) return ready(undefined);
      check ??= runCheck();
      return pending("the application is starting");
    },
    { subject: SUBJECT, timeoutSeconds: 2 * READY_SECONDS, intervalMs: 200 },
    (reason) => new Error(reason),
  );
}

/** Returns the application's last output. A rejected task proves nothing about the settings: it had no container. */
async function getStartFailure(find: FindManager, { ID, Status }: TaskDetails): Promise<StartFailure> {
  const manager = await find();
  const log = await manager.tailTaskLog(ID, LOG_LINES).catch(() => "");
  const output = findExitReason(log) ?? Status.Err ?? `the container is ${Status.State}`;
  return { hasExited: Status.State !== "rejected", output };
}

/** Removes a service and waits until its container is gone, so that its networks and secrets are free. */
async function removeServiceAndTasks(manager: Engine, id: string): Promise<void> {
  await undefinedIfNotFound(manager.removeService(id));
  await waitFor(
    async () => {
      const left = (await manager.listTasks()).filter(({ ServiceID }) => ServiceID === id).length;
      return left === 0 ? ready(undefined) : pending("its container is still stopping");
    },
    { subject: SUBJECT, timeoutSeconds: CONTAINER_SECONDS, intervalMs: 200 },
    (reason) => new ResourceError(`the container that validated the new settings does not end: ${reason}`),
  );
}
