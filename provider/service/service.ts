import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec } from "../../engine/types.ts";
import { removeFormerOwnersFiles, removeOrphans } from "./orphans.ts";
import { describeOwner, isOwned } from "../../core/labels.ts";
import { projectOntoDesired, addKeysFrom } from "./normalize-spec.ts";
import { toRollbackSpec, decideRollout, describeRollout, updateConfig } from "./update-strategy.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { withManager, type FindManager, optionalManagerFinder, managerFinder } from "../swarm/with-manager.ts";
import { validateImmutableValues } from "../state/immutable.ts";
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
import type { ServiceInputs, ServiceState } from "./service-inputs.ts";

/** A Swarm service that is ready when it says so. */
export const Service: ResourceHandler<ServiceInputs, ServiceState> = {
  async check(olds, given) {
    const news = { ...given, spec: keepVolumeLabels(given.spec, olds.spec) };
    const unchanged = olds.spec && deepEqual(olds.spec, news.spec) && !containsUnknown(news.spec);
    const rollout =
      unchanged && olds.rollout ? olds.rollout : decideRollout(olds.spec, news.spec, news.restartTogether);
    const line = unchanged ? undefined : describeRollout(news.spec, rollout, news.maintenanceCommand !== undefined);
    if (line !== undefined) logLine(line);
    return { inputs: { ...news, rollout }, failures: validateImmutableValues(olds.immutable, news.immutable) };
  },

  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId"]);
    // Swarm can neither rename a service nor change its mode. To find what must go before a network that is made anew,
    // Pulumi asks with all of `spec` unknown.
    const fixed = ({ Name, Mode }: ServiceSpec) => ({ Name, Mode });
    const asked = typeof news.spec === "object" ? fixed(news.spec) : news.spec;
    if (!containsUnknown(asked) && !deepEqual(fixed(olds.spec), asked)) replaces.push("spec");
    const changed = changedKeys(olds, news, [
      "owner",
      "spec",
      "readyCommand",
      "maintenanceCommand",
      "tasks",
      "timeoutSeconds",
    ]);
    // Swarm gives a host that is another node a task by itself: there is nothing to change, but a task to wait for. How
    // the engines are reached matters to a change alone, and that always has today's word.
    if (anyNodeReplaced(olds.nodes, news.nodes)) changed.push("nodes");
    const changes = replaces.length + changed.length > 0 || needsManagerUpdate(olds.managers, news.managers);
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const find = managerFinder(inputs);
    // Tried again after an error that left it open, it finds the service that was made all the same.
    const { id, existing } = await withManager(`service ${inputs.spec.Name}`, find, async (manager) => {
      const existing = await existingService(manager, inputs);
      return { id: existing?.ID ?? (await manager.createService(toServiceSpec(inputs))), existing };
    });
    const restarts = existing !== undefined && (await applyChange(find, id, inputs));
    const outs = await waitUntilReady(find, id, inputs, { earlierTasks: new Set(), restarts });
    if (existing) {
      await withManager(`service ${inputs.spec.Name}`, find, (manager) =>
        removeFormerOwnersFiles(manager, existing, inputs.owner),
      );
    }
    return { id, outs };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`service ${id} cannot be imported: declare it with adopt: true`);
    const { serviceId: _id, ...recorded } = state;
    const live = await withManager(`service ${state.spec.Name}`, optionalManagerFinder(state), async (manager) => {
      const service = manager && (await undefinedIfNotFound(manager.inspectService(id)));
      if (!service) return undefined;
      const spec = projectOntoDesired(state.spec, service.Spec);
      return { ...recorded, spec, tasks: await countHealthyTasks(manager, id, { ...state, spec }) };
    });
    return live ? { id, props: { ...live, serviceId: id }, inputs: live } : NOT_FOUND;
  },

  async update(id, olds, asked) {
    const find = managerFinder(asked);
    const news = { ...asked, spec: addKeysFrom(olds.spec, asked.spec) };
    const what = `service ${news.spec.Name}`;
    const previous = await withManager(what, find, (manager) => findRollbackSpec(manager, id, olds, news));
    const removedPeers = findRemovedPeers(olds, news);
    const apply = async (inputs: ServiceInputs, options?: ChangeOptions) => {
      const tasks = await withManager(what, find, (manager) => manager.listTasks({ service: [id] }));
      const restarts = await applyChange(find, id, inputs, options);
      await waitUntilReady(find, id, inputs, { earlierTasks: new Set(tasks.map((task) => task.ID)), restarts });
    };
    try {
      await apply(news, { peersToRemove: removedPeers });
    } catch (error) {
      const back = (inputs: ServiceInputs) => apply(inputs, { isRollback: true });
      throw await rollBack(error, { find, id, olds, news, previous, removedPeers, apply: back });
    }
    return { outs: { ...asked, serviceId: id } };
  },

  async delete(id, state) {
    const find = optionalManagerFinder(state);
    await withManager(`service ${state.spec.Name}`, find, async (manager) => {
      if (!manager) return;
      await removeValidationServices(manager, state.spec.Name);
      await undefinedIfNotFound(manager.removeService(id));
    });
    await waitForTasksGone(find, id, state);
  },
};

/** Returns the service of that name: a killed `up` with this state created it, or it is to be adopted. */
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

/** The service as Swarm is asked for it, in place of what is there. */
function toServiceSpec(inputs: ServiceInputs, before?: ServiceDetails): ServiceSpec {
  const { spec, restartTogether, rollout = decideRollout(undefined, spec, restartTogether) } = inputs;
  const UpdateConfig = updateConfig(rollout, inputs.readyCommand ? "briefly" : "long");
  if (!before) return { ...spec, UpdateConfig };
  // Left out, the count of forced updates would fall back to zero, and that alone restarts every task.
  const ForceUpdate = before.Spec.TaskTemplate.ForceUpdate ?? 0;
  return { ...spec, UpdateConfig, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate } };
}

interface ChangeOptions {
  /** Services of the application that go away with the change. */
  peersToRemove?: string[];
  /** Whether the change undoes another one. It then waits for no maintenance check: tasks of the other one may fail it. */
  isRollback?: boolean;
}

/** Makes a service what it is to be. Tells whether Swarm may still be at restarting tasks. */
async function applyChange(
  find: FindManager,
  id: string,
  inputs: ServiceInputs,
  { peersToRemove = [], isRollback = false }: ChangeOptions = {},
): Promise<boolean> {
  const what = `service ${inputs.spec.Name}`;
  await withManager(what, find, (manager) => removeValidationServices(manager, inputs.spec.Name));
  const service = await withManager(what, find, (manager) => manager.inspectService(id));
  const { UpdateConfig: _how, ...wanted } = toServiceSpec(inputs, service);
  const live = projectOntoDesired(wanted, service.Spec);
  const { mode } = decideRollout(live, wanted, inputs.restartTogether);
  if (mode === "all-at-once") {
    await withManager(what, find, (manager) => prepullNewImage(manager, service, inputs));
    const { validation } = inputs;
    if (validation) await runValidation(find, service, wanted, { ...inputs, validation });
  } else if (
    inputs.maintenanceCommand &&
    !isRollback &&
    (mode === "one-by-one" ||
      (await withManager(what, find, (manager) => hasOutdatedTasks(manager, id, wanted, inputs.nodes))))
  ) {
    await recordUnfinished(id, inputs, runRollingUpdate(find, id, toServiceSpec(inputs, service), inputs));
    return false;
  }
  // A paused update goes on only when it is asked for again: what stood in its way may be gone. A rollback is asked for
  // in any case: an update that waits after each task would not undo the rest.
  const resumes = isUpdatePaused(service) || isRollback;
  if (deepEqual(wanted, live) && !resumes) return false;
  await withManager(what, find, (manager) => removePeers(manager, peersToRemove, inputs));
  if (!isRollback) await switchPeers(find, inputs, { from: live, to: wanted, isRollback });
  // Before a successor starts, Swarm waits a minute for a task without a place to stop.
  const isFree = isRollback && (await withManager(what, find, (manager) => hasNoStartedTask(manager, id)));
  await updateServiceSpec(find, id, (now) => {
    const full = toServiceSpec(inputs, now);
    return isRollback ? toRollbackSpec(full, isFree ? "start-first" : "stop-first") : full;
  });
  return resumes || decideRollout(live, wanted, []).mode !== "in-place";
}

async function waitUntilReady(
  find: FindManager,
  id: string,
  inputs: ServiceInputs,
  disturbance: UpdateContext,
): Promise<ServiceState> {
  const { spec, owner } = inputs;
  const ready = waitForConvergence(find, id, inputs, disturbance);
  const tidy = () =>
    withManager(`service ${spec.Name}`, find, (manager) =>
      removeOrphans(manager, spec.TaskTemplate.ContainerSpec, owner),
    );
  await recordUnfinished(id, inputs, ready.then(tidy));
  return { ...inputs, serviceId: id };
}

/** Work on a service that is there: should it fail, Pulumi records what was asked for, and the next `up` goes on. */
async function recordUnfinished(id: string, inputs: ServiceInputs, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new ResourceInitError(id, { ...inputs, serviceId: id }, errorMessage(error), error);
  }
}
