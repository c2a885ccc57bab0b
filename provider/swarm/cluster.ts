import { resolveLocalEngine } from "../../engine/connection.ts";
import type { Engine } from "../../engine/engine.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { SwarmDetails } from "../../engine/types.ts";
import { ownerFromLabels } from "../../core/labels.ts";
import { inspectImportedSwarm, NO_OWNER, rejectOwned } from "../import/imported-swarm.ts";
import { listSwarmObjects, remainingObjectsError, removeGatewayBridge, removeOrphans } from "./swarm-inventory.ts";
import { withManager, optionalManagerFinder, managerFinder } from "./with-manager.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { lockedManagers, type Managers, registerManagers } from "./manager-pool.ts";
import {
  creationSettingsFrom,
  changedCreationSettings,
  needsReachableAddress,
  checkReplacement,
} from "./cluster-immutable.ts";
import { applySettings, liveSettings, rotateJoinTokens, settingsFrom } from "./cluster-settings.ts";
import { initOrAdopt, type Origin } from "./init-swarm.ts";
import { containsUnknown, deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import type { ClusterInputs, ClusterState } from "./cluster-inputs.ts";

/** How long a preview waits for a manager to report that it is locked, in milliseconds. */
const PREVIEW_TIMEOUT_MS = 2_000;

/** The Swarm as a whole: created on its first manager, then managed through any manager that answers. */
export const Cluster: ResourceHandler<ClusterInputs, ClusterState> = {
  secrets: ["joinTokens", "unlockKey"],

  async check(olds, given) {
    // The first manager only matters at creation, so it is kept. For a replacement, Pulumi checks again without olds.
    const news = { ...given, firstManager: olds.firstManager ?? given.firstManager };
    const reason = containsUnknown(news.managers) ? undefined : await checkReplacement(news);
    // With a property name, Pulumi would print the property's whole value before the message.
    return { inputs: news, failures: reason ? [{ property: "", reason }] : [] };
  },

  async diff(id, olds, news) {
    if (!containsUnknown(news.managers)) registerManagers(news.managers, id);
    const replaces: string[] = changedCreationSettings(olds.creationSettings, news);
    if (olds.ownsSwarm && needsReachableAddress(news)) replaces.push("firstManager");
    const isLocked = await hasLockedManagers(olds, news);
    const changes = replaces.length > 0 || isLocked || hasChangedSettings(olds, news);
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const { engine, ...origin } = await initOrAdopt(inputs);
    const find = async () => engine;
    await withManager("the Swarm", find, (manager) => applySettings(manager, inputs, origin.ownsSwarm));
    const inspected = await withManager("the Swarm", find, inspectSwarm);
    return { id: inspected.swarm.ID, outs: toClusterState(inspected, inputs, origin) };
  },

  async read(id, state, engine = resolveLocalEngine) {
    if (!state) return importCluster(id, engine());
    await unlockManagers(state.managers, state.unlockKey);
    const find = optionalManagerFinder({ managers: state.managers, swarmId: id });
    const inspected = await withManager(`Swarm ${id}`, find, async (manager) => manager && inspectSwarm(manager));
    if (!inspected) return NOT_FOUND;
    const inputs = liveInputs(inspected, state);
    return { id, props: toClusterState(inspected, inputs, state), inputs };
  },

  async update(id, olds, news) {
    await unlockManagers(news.managers, olds.unlockKey);
    const find = managerFinder({ managers: news.managers, swarmId: id });
    const subject = `Swarm ${id}`;
    await withManager(subject, find, (manager) => applySettings(manager, news, olds.ownsSwarm));
    if (news.joinTokenGeneration !== undefined && !deepEqual(olds.joinTokenGeneration, news.joinTokenGeneration)) {
      await withManager(subject, find, rotateJoinTokens);
    }
    return { outs: toClusterState(await withManager(subject, find, inspectSwarm), news, olds) };
  },

  async delete(id, state) {
    if (!state.ownsSwarm) return;
    const lastManager = await endSwarm(id, state);
    if (lastManager && state.createdGatewayBridge) await removeGatewayBridge(lastManager);
  },
};

/**
 * Compares the inputs that can change an existing Swarm. The others only matter for its creation, or lead to a
 * rejection.
 */
function hasChangedSettings(olds: ClusterState, news: ClusterInputs): boolean {
  const { adopt: _adopt, allowOutage: _allowOutage, firstManager: _first, singleHost: _single, ...settings } = news;
  const before = Object.fromEntries(Object.keys(settings).map((key) => [key, olds[key as keyof ClusterInputs]]));
  return !deepEqual(before, settings);
}

/**
 * Returns whether managers wait for the recorded key, and logs which ones, because the preview would not show it
 * otherwise.
 */
async function hasLockedManagers({ unlockKey }: ClusterState, { managers }: ClusterInputs): Promise<boolean> {
  const locked = unlockKey ? await lockedManagers(managers, PREVIEW_TIMEOUT_MS) : [];
  if (locked.length > 0) logLine(`managers ${locked.map(([key]) => key).join(", ")}: locked, to be unlocked`);
  return locked.length > 0;
}

/** Unlocks the managers that are locked because their engines restarted. */
async function unlockManagers(managers: Managers, key: string): Promise<void> {
  const locked = key ? await lockedManagers(managers) : [];
  await Promise.all(locked.map(([, engine]) => engine.unlockSwarm(key)));
}

/**
 * Removes this state's orphans and has the last manager leave, which ends the Swarm. Returns that manager.
 *
 * @throws ResourceError when the Swarm still holds objects of other states.
 */
async function endSwarm(id: string, { managers, owner }: ClusterState): Promise<Engine | undefined> {
  let lastManager: Engine | undefined;
  await withManager(`Swarm ${id}`, optionalManagerFinder({ managers, swarmId: id }), async (manager) => {
    if (!manager) return;
    const refusal = remainingObjectsError(id, await listSwarmObjects(manager, { owner }));
    if (refusal) throw new ResourceError(refusal);
    await removeOrphans(manager, owner);
    lastManager = manager;
    await manager.leaveSwarm(true);
  });
  return lastManager;
}

/** Reads an existing Swarm. Like an adopted one, it is never left. */
async function importCluster(id: string, connection: EngineConnection) {
  const { engine, swarmId, managers } = await inspectImportedSwarm(connection);
  if (id !== swarmId) {
    throw new ResourceError(`Swarm ${id}: engine ${connection.host} manages the Swarm ${swarmId}: import that id`);
  }
  const inspected = await inspectSwarm(engine);
  const { swarm } = inspected;
  rejectOwned(`Swarm ${id}`, swarm.Spec.Labels, "a Swarm");
  const settings = { ...creationSettingsFrom(swarm), ...settingsFrom(swarm.Spec) };
  const inputs = { managers, owner: NO_OWNER, adopt: true, ...settings };
  const origin = { ownsSwarm: false, createdGatewayBridge: false };
  return { id, props: toClusterState(inspected, inputs, origin), inputs };
}

interface InspectedSwarm {
  swarm: SwarmDetails;
  /** Empty without autolock. */
  unlockKey: string;
}

async function inspectSwarm(manager: Engine): Promise<InspectedSwarm> {
  const swarm = await manager.inspectSwarm();
  return { swarm, unlockKey: swarm.Spec.EncryptionConfig?.AutoLockManagers ? await manager.getUnlockKey() : "" };
}

/** Returns the recorded inputs with the Swarm's live settings and, if this state created the Swarm, its live owner. */
function liveInputs({ swarm: { Spec } }: InspectedSwarm, state: ClusterState): ClusterInputs {
  const { swarmId: _id, ownsSwarm, createdGatewayBridge: _bridge, creationSettings: _settings, ...recorded } = state;
  const { joinTokens: _tokens, unlockKey: _key, ...inputs } = recorded;
  return { ...inputs, ...liveSettings(Spec, state), ...(ownsSwarm && { owner: ownerFromLabels(Spec.Labels) }) };
}

function toClusterState(
  { swarm, unlockKey }: InspectedSwarm,
  inputs: ClusterInputs,
  { ownsSwarm, createdGatewayBridge }: Origin,
): ClusterState {
  const { Worker, Manager } = swarm.JoinTokens;
  return {
    ...inputs,
    swarmId: swarm.ID,
    ownsSwarm,
    createdGatewayBridge,
    creationSettings: creationSettingsFrom(swarm),
    joinTokens: { worker: Worker, manager: Manager },
    unlockKey,
  };
}
