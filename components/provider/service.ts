import { type Engine, orMissing } from "../engine/engine.ts";
import type { ServiceDetails, ServiceSpec } from "../engine/types.ts";
import { removeLeftoverSecrets } from "../shared/leftovers.ts";
import { isOwned, type Owner } from "../shared/labels.ts";
import { inWordsOf } from "../swarm-service/live-spec.ts";
import { decideRollout, type Rollout, updateConfig } from "../swarm-service/rollout.ts";
import { errorText } from "../shared/error-text.ts";
import { type Frozen, frozenFailures } from "./frozen.ts";
import { GONE, type ResourceHandler } from "./handler.ts";
import { findManager, type Managers, requireManager } from "./managers.ts";
import { type Disturbance, isPaused, type NodeEngines, tasksEnded, untilReady } from "./service-ready.ts";
import { changedKeys, isUnknown, ResourceProblem, same, UnfinishedError } from "./values.ts";

export interface ServiceInputs {
  managers: Managers;
  swarmId: string;
  /** Whose service it is; its labels are part of `spec`. */
  owner: Owner;
  /** Where tasks run, by host key: `readyCommand` is run there. */
  nodes: NodeEngines;
  spec: ServiceSpec;
  restartTogether: string[];
  frozen: Frozen;
  readyCommand?: string[];
  tasks: number;
  timeoutSeconds: number;
  /** Decided by `check` from what changes, so that the preview shows it. */
  rollout?: Rollout;
}

/** A Swarm service that is ready when it says so. */
export const Service: ResourceHandler<ServiceInputs> = {
  async check(olds, news) {
    const unchanged = olds.spec && same(olds.spec, news.spec) && !isUnknown(news.spec);
    const rollout =
      unchanged && olds.rollout ? olds.rollout : decideRollout(olds.spec, news.spec, news.restartTogether);
    if (!unchanged) announce(news.spec.Name, rollout);
    return { inputs: { ...news, rollout }, failures: frozenFailures(olds.frozen, news.frozen) };
  },

  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId"]);
    // Swarm can neither rename a service nor change its mode. To find what must go before a network that is made anew,
    // Pulumi asks with all of `spec` unknown.
    const fixed = ({ Name, Mode }: ServiceSpec) => ({ Name, Mode });
    const asked = typeof news.spec === "object" ? fixed(news.spec) : news.spec;
    if (!isUnknown(asked) && !same(fixed(olds.spec), asked)) replaces.push("spec");
    const changed = changedKeys(olds, news, [
      "managers",
      "owner",
      "nodes",
      "spec",
      "readyCommand",
      "tasks",
      "timeoutSeconds",
    ]);
    return { changes: replaces.length + changed.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const manager = await requireManager(inputs.managers, inputs.swarmId);
    const existing = await leftBehind(manager, inputs);
    const id = existing?.ID ?? (await manager.createService(fullSpec(inputs)));
    const restarts = existing !== undefined && (await change(manager, existing, inputs));
    return { id, outs: await finished(manager, id, inputs, { earlierTasks: new Set(), restarts }) };
  },

  async read(id, state) {
    if (!state)
      throw new ResourceProblem(`service ${id} cannot be imported: declare it, and one of the same owner is taken on`);
    const manager = await findManager(state.managers, state.swarmId);
    const service = manager && (await orMissing(manager.service(id)));
    if (!service) return GONE;
    const live = {
      ...state,
      spec: inWordsOf(state.spec, service.Spec),
      tasks: await runningTasks(manager, id, state.tasks),
    };
    return { id, props: live, inputs: live };
  },

  async update(id, _olds, news) {
    const manager = await requireManager(news.managers, news.swarmId);
    const earlierTasks = new Set((await manager.tasks({ service: [id] })).map((task) => task.ID));
    const restarts = await change(manager, await manager.service(id), news);
    return { outs: await finished(manager, id, news, { earlierTasks, restarts }) };
  },

  async delete(id, state) {
    const manager = await findManager(state.managers, state.swarmId);
    if (!manager) return;
    await orMissing(manager.removeService(id));
    await tasksEnded(manager, id, state);
  },
};

/** Said in the preview, where the same kind of change as last time would not show as a difference. */
function announce(service: string, { mode, because }: Rollout): void {
  if (mode === "all-at-once") console.log(`service ${service}: all tasks restart at once, a short outage: ${because}`);
  if (mode === "one-by-one") console.log(`service ${service}: its tasks restart one by one: ${because}`);
}

/** How many of the tasks asked for run: fewer is drift, and the update that mends it waits for the rest. */
async function runningTasks(manager: Engine, id: string, wanted: number): Promise<number> {
  const tasks = await manager.tasks({ service: [id], "desired-state": ["running"] });
  return Math.min(wanted, tasks.filter((task) => task.Status.State === "running").length);
}

/** The service of that name, if a killed `up` of this very stack made it. */
async function leftBehind(manager: Engine, { spec, owner }: ServiceInputs): Promise<ServiceDetails | undefined> {
  const service = (await manager.services({ name: [spec.Name] })).find((one) => one.Spec.Name === spec.Name);
  if (!service || isOwned(service.Spec.Labels, owner)) return service;
  throw new ResourceProblem(
    `spec.Name "${spec.Name}": a service of that name is there already and is not this stack's: choose another name, or remove it`,
  );
}

function fullSpec({ spec, restartTogether, rollout }: ServiceInputs): ServiceSpec {
  return { ...spec, UpdateConfig: updateConfig(rollout ?? decideRollout(undefined, spec, restartTogether)) };
}

/** Makes a service what it is to be. Tells whether that restarts tasks. */
async function change(manager: Engine, service: ServiceDetails, inputs: ServiceInputs): Promise<boolean> {
  const spec = fullSpec(inputs);
  // Left out, the count of forced updates would fall back to zero, and that alone restarts every task.
  const ForceUpdate = service.Spec.TaskTemplate.ForceUpdate ?? 0;
  const wanted = { ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate } };
  const { UpdateConfig: _how, ...what } = wanted;
  const live = inWordsOf(what, service.Spec);
  // A paused update goes on only when it is asked for again: what stood in its way may be gone.
  const resumes = isPaused(service);
  if (same(what, live) && !resumes) return false;
  await manager.updateService(service.ID, service.Version.Index, wanted);
  return resumes || decideRollout(live, what, []).mode !== "in-place";
}

async function finished(
  manager: Engine,
  id: string,
  inputs: ServiceInputs,
  disturbance: Disturbance,
): Promise<ServiceInputs> {
  try {
    await untilReady(manager, id, inputs, disturbance);
    const secrets = inputs.spec.TaskTemplate.ContainerSpec.Secrets ?? [];
    await removeLeftoverSecrets(
      manager,
      secrets.map(({ SecretID }) => SecretID),
    );
    return inputs;
  } catch (error) {
    throw new UnfinishedError(id, inputs, errorText(error));
  }
}
