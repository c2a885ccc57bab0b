import { resolveLocalEngine } from "../../engine/connection.ts";
import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec } from "../../engine/types.ts";
import { removePreviousOwnersFiles, removeOrphans } from "./orphans.ts";
import { describeOwner, isOwned } from "../../core/labels.ts";
import { projectOntoDesired, addKeysFrom } from "./normalize-spec.ts";
import { toRollbackSpec, decideRollout, describeRollout, updateConfig } from "./update-strategy.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { withManager, type FindManager, optionalManagerFinder, managerFinder } from "../swarm/with-manager.ts";
import { waitForAllocation } from "../networks/allocation.ts";
import { validateImmutableValues } from "../state/immutable.ts";
import { addKeptVolumes } from "../state/kept-volumes.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { needsManagerUpdate } from "../swarm/manager-pool.ts";
import { anyNodeReplaced } from "./task-exec.ts";
import { updateServiceSpec } from "../swarm/optimistic-update.ts";
import { prepullNewImage } from "./image-prepull.ts";
import { countHealthyTasks } from "./health.ts";
import { findRemovedPeers, switchPeers, removePeers } from "./peers.ts";
import { type UpdateContext, isUpdatePaused, waitForTasksGone, waitForConvergence } from "./convergence.ts";
import { runRollingUpdate } from "./rolling-update.ts";
import { rollBack, findRollbackSpec } from "./rollback.ts";
import { hasOutdatedTasks, hasNoStartedTask } from "./task-snapshot.ts";
import { removeValidationServices, runValidation } from "./validation-run.ts";
import { changedKeys, containsUnknown, deepEqual } from "../runtime/diff.ts";
import { ResourceError, ResourceInitError } from "../runtime/errors.ts";
import { keepVolumeLabels } from "./volume-labels.ts";
import { withDefaultLogOptions } from "./log-driver.ts";
import { loginError, registryAuth } from "./registry-login.ts";
import { inspectImportedService } from "../import/imported-service.ts";
import type { ServiceInputs, ServiceState } from "./service-inputs.ts";

/** A Swarm service. Create and update return once its tasks and the application in them are ready. */
export const Service: ResourceHandler<ServiceInputs, ServiceState> = {
  async check(olds, given) {
    const spec = await withDefaultLogOptions(keepVolumeLabels(given.spec, olds.spec), given, olds);
    const news = { ...given, spec };
    const unchanged = olds.spec && deepEqual(olds.spec, news.spec) && !containsUnknown(news.spec);
    const rollout =
      unchanged && olds.rollout ? olds.rollout : decideRollout(olds.spec, news.spec, news.restartTogether);
    const line = unchanged ? undefined : describeRollout(news.spec, rollout, news.maintenanceCommand !== undefined);
    if (line !== undefined) logLine(line);
    const failures = validateImmutableValues(olds.immutable, news.immutable);
    const rejected = await loginError(olds, news);
    if (rejected !== undefined) failures.push({ property: "", reason: rejected });
    return { inputs: { ...news, rollout }, failures };
  },

  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId"]);
    // Swarm can neither rename a service nor change its mode. When Pulumi replaces a network, it first calls diff with all
    // of `spec` unknown, to find the resources that it must delete before the network.
    const immutableFields = ({ Name, Mode }: ServiceSpec) => ({ Name, Mode });
    const wanted = typeof news.spec === "object" ? immutableFields(news.spec) : news.spec;
    if (!containsUnknown(wanted) && !deepEqual(immutableFields(olds.spec), wanted)) replaces.push("spec");
    const changed = changedKeys(olds, news, [
      "owner",
      "spec",
      "registryCredentials",
      "readyCommand",
      "maintenanceCommand",
      "tasks",
      "timeoutSeconds",
    ]);
    // Swarm itself starts a task on a host that joined as another node. The update only waits for that task. Engine
    // connections are not compared: every update uses those of the program.
    if (anyNodeReplaced(olds.nodes, news.nodes)) changed.push("nodes");
    const changes = replaces.length + changed.length > 0 || needsManagerUpdate(olds.managers, news.managers);
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const find = managerFinder(inputs);
    await waitForAllocation(find, networkIds(inputs));
    const auth = await registryAuth(inputs);
    // withManager retries after errors that leave the outcome open: the service may exist by then.
    const { id, existing } = await withManager(`service ${inputs.spec.Name}`, find, async (manager) => {
      const existing = await existingService(manager, inputs);
      return { id: existing?.ID ?? (await manager.createService(toServiceSpec(inputs), auth)), existing };
    });
    const restarts = existing !== undefined && (await applyChange(find, id, inputs, { auth }));
    const outs = await waitUntilReady(find, id, inputs, { earlierTasks: new Set(), restarts });
    if (existing) {
      await withManager(`service ${inputs.spec.Name}`, find, (manager) =>
        removePreviousOwnersFiles(manager, existing, inputs.owner),
      );
    }
    return { id, outs };
  },

  async read(id, state, engine = resolveLocalEngine) {
    if (!state) {
      const found = await inspectImportedService(id, engine());
      return found ? { ...found, props: { ...found.inputs, serviceId: found.id } } : NOT_FOUND;
    }
    const { serviceId: _id, ...recorded } = state;
    const live = await withManager(`service ${state.spec.Name}`, optionalManagerFinder(state), async (manager) => {
      const service = manager && (await undefinedIfNotFound(manager.inspectService(id)));
      if (!service) return undefined;
      const spec = projectOntoDesired(state.spec, service.Spec);
      return { ...recorded, spec, tasks: await countHealthyTasks(manager, id, { ...state, spec }) };
    });
    return live ? { id, props: { ...live, serviceId: id }, inputs: live } : NOT_FOUND;
  },

  async update(id, olds, given) {
    const find = managerFinder(given);
    const news = { ...given, spec: addKeysFrom(olds.spec, given.spec) };
    const subject = `service ${news.spec.Name}`;
    await waitForAllocation(find, networkIds(news));
    const auth = await registryAuth(news, olds);
    const previous = await withManager(subject, find, (manager) => findRollbackSpec(manager, id, olds, news));
    const removedPeers = findRemovedPeers(olds, news);
    const apply = async (inputs: ServiceInputs, options: ChangeOptions) => {
      const tasks = await withManager(subject, find, (manager) => manager.listTasks({ service: [id] }));
      const restarts = await applyChange(find, id, inputs, { ...options, auth });
      await waitUntilReady(find, id, inputs, { earlierTasks: new Set(tasks.map((task) => task.ID)), restarts });
    };
    try {
      await apply(news, { peersToRemove: removedPeers });
    } catch (error) {
      const applyRollback = (inputs: ServiceInputs) => apply(inputs, { isRollback: true });
      throw await rollBack(error, { find, id, olds, news, previous, removedPeers, apply: applyRollback });
    }
    return { outs: { ...given, serviceId: id } };
  },

  async delete(id, state) {
    const find = optionalManagerFinder(state);
    await withManager(`service ${state.spec.Name}`, find, async (manager) => {
      if (!manager) return;
      await removeValidationServices(manager, state.spec.Name);
      await undefinedIfNotFound(manager.removeService(id));
    });
    await waitForTasksGone(find, id, state);
    addKeptVolumes(state.spec);
  },
};

const networkIds = ({ spec }: ServiceInputs) => (spec.TaskTemplate.Networks ?? []).map(({ Target }) => Target);

/** Returns the service of this name if a killed `up` with this state created it or it may be adopted. */
async function existingService(
  manager: Engine,
  { spec, owner, adopt }: ServiceInputs,
): Promise<ServiceDetails | undefined> {
  const service = (await manager.listServices({ name: [spec.Name] })).find((one) => one.Spec.Name === spec.Name);
  if (!service || adopt || isOwned(service.Spec.Labels, owner)) return service;
  throw new ResourceError(
    `spec.Name "${spec.Name}": a service of that name belongs to ${describeOwner(service.Spec.Labels)}: ` +
      "use the state that created it, set adopt: true, or choose another name",
  );
}

/** Returns the spec to send to Swarm, to create the service or to update `before`. */
function toServiceSpec(inputs: ServiceInputs, before?: ServiceDetails): ServiceSpec {
  const { spec, restartTogether, rollout = decideRollout(undefined, spec, restartTogether) } = inputs;
  const UpdateConfig = updateConfig(rollout, inputs.readyCommand ? "short" : "long");
  if (!before) return { ...spec, UpdateConfig };
  // Without ForceUpdate Swarm would reset it to zero, and that alone restarts every task.
  const ForceUpdate = before.Spec.TaskTemplate.ForceUpdate ?? 0;
  return { ...spec, UpdateConfig, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate } };
}

interface ChangeOptions {
  /** Login that nodes use to pull the image. @default - the service's present login */
  auth?: string;
  /** Names of peer services to remove before tasks restart. */
  peersToRemove?: string[];
  /** Whether to undo a failed change. A rollback skips the maintenance check, which the failed tasks may not pass. */
  isRollback?: boolean;
}

/** Updates a service to match its inputs. Returns whether Swarm may still be restarting tasks. */
async function applyChange(
  find: FindManager,
  id: string,
  inputs: ServiceInputs,
  { auth, peersToRemove = [], isRollback = false }: ChangeOptions,
): Promise<boolean> {
  const subject = `service ${inputs.spec.Name}`;
  await withManager(subject, find, (manager) => removeValidationServices(manager, inputs.spec.Name));
  const service = await withManager(subject, find, (manager) => manager.inspectService(id));
  const { UpdateConfig: _ignored, ...wanted } = toServiceSpec(inputs, service);
  const live = projectOntoDesired(wanted, service.Spec);
  const { mode } = decideRollout(live, wanted, inputs.restartTogether);
  if (mode === "all-at-once") {
    await withManager(subject, find, (manager) => prepullNewImage(manager, service, inputs, auth));
    const { validation } = inputs;
    if (validation) await runValidation(find, service, wanted, { ...inputs, validation, auth });
  } else if (
    inputs.maintenanceCommand &&
    !isRollback &&
    (mode === "one-by-one" ||
      (await withManager(subject, find, (manager) => hasOutdatedTasks(manager, id, wanted, inputs.nodes))))
  ) {
    await recordUnfinished(id, inputs, runRollingUpdate(find, id, toServiceSpec(inputs, service), inputs, auth));
    return false;
  }
  // Swarm resumes a paused update only when the spec is sent again: the cause may be fixed by now. A rollback is always
  // sent: an update that pauses after each task would not undo the remaining ones.
  const mustSend = isUpdatePaused(service) || isRollback;
  // Swarm does not show a service's login. A new one restarts no task.
  if (deepEqual(wanted, live) && !mustSend && auth === undefined) return false;
  await withManager(subject, find, (manager) => removePeers(manager, peersToRemove, inputs));
  if (!isRollback) await switchPeers(find, inputs, { from: live, to: wanted, isRollback });
  // With stop-first, Swarm waits a minute for an unplaced task to stop before it starts the new one.
  const isFree = isRollback && (await withManager(subject, find, (manager) => hasNoStartedTask(manager, id)));
  const settings = (before: ServiceDetails) => {
    const full = toServiceSpec(inputs, before);
    return isRollback ? toRollbackSpec(full, isFree ? "start-first" : "stop-first") : full;
  };
  await updateServiceSpec(find, id, settings, auth);
  return mustSend || decideRollout(live, wanted, []).mode !== "in-place";
}

/** Waits for the service and then removes secrets and configs that a killed `up` orphaned. */
async function waitUntilReady(
  find: FindManager,
  id: string,
  inputs: ServiceInputs,
  context: UpdateContext,
): Promise<ServiceState> {
  const { spec, owner } = inputs;
  const ready = waitForConvergence(find, id, inputs, context);
  const cleanUp = () =>
    withManager(`service ${spec.Name}`, find, (manager) =>
      removeOrphans(manager, spec.TaskTemplate.ContainerSpec, owner),
    );
  await recordUnfinished(id, inputs, ready.then(cleanUp));
  return { ...inputs, serviceId: id };
}

/**
 * Waits for work on an existing service.
 *
 * @throws ResourceInitError if it fails: Pulumi then records the inputs, and the next `up` resumes.
 */
async function recordUnfinished(id: string, inputs: ServiceInputs, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new ResourceInitError(id, { ...inputs, serviceId: id }, errorMessage(error), error);
  }
}
