import { Engine } from "../../engine/engine.ts";
import type { SwarmDetails, SwarmSpec } from "../../engine/types.ts";
import { describeOwner, isOwned, ownerFromLabels, ownerLabels } from "../../core/labels.ts";
import {
  listSwarmObjects,
  remainingObjectsError,
  hasGatewayBridge,
  removeGatewayBridge,
  removeOrphans,
} from "./swarm-inventory.ts";
import { withManager, optionalManagerFinder, managerFinder } from "./with-manager.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { lockedManagers, type Managers, registerManagers } from "./manager-pool.ts";
import {
  creationSettingsFrom,
  DEFAULT_SUBNET_SIZE,
  changedCreationSettings,
  needsReachableAddress,
  checkReplacement,
} from "./cluster-immutable.ts";
import { retryOnVersionConflict } from "./optimistic-update.ts";
import { containsUnknown, deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import type { ClusterInputs, ClusterState } from "./cluster-inputs.ts";

const NANOSECONDS_PER_DAY = 24 * 3600 * 1e9;

/** How long a manager may take to say in a preview that it is locked, in milliseconds. */
const PREVIEW_TIMEOUT_MS = 2_000;

/** The Swarm as a whole: made on its first manager, then reached through any manager that answers. */
export const Cluster: ResourceHandler<ClusterInputs, ClusterState> = {
  async check(olds, given) {
    // How the Swarm came about is over. Pulumi asks once more, and with no former inputs, when it is to be made anew.
    const news = { ...given, firstManager: olds.firstManager ?? given.firstManager };
    const reason = containsUnknown(news.managers) ? undefined : await checkReplacement(news);
    // With a property's name Pulumi would print the property's whole value before the line.
    return { inputs: news, failures: reason ? [{ property: "", reason }] : [] };
  },

  async diff(id, olds, news) {
    if (!containsUnknown(news.managers)) registerManagers(news.managers, id);
    const replaces: string[] = changedCreationSettings(olds.creationSettings, news);
    if (olds.ownsSwarm && needsReachableAddress(news)) replaces.push("firstManager");
    // A permission for changes to come, or a word about the others, changes nothing by itself.
    const { adopt: _adopt, allowOutage: _allowOutage, firstManager: _first, singleHost: _single, ...now } = news;
    const before = Object.fromEntries(Object.keys(now).map((key) => [key, olds[key as keyof ClusterInputs]]));
    const locked = await hasLockedManagers(olds, news);
    return { changes: replaces.length > 0 || locked || !deepEqual(before, now), replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const { engine, ...origin } = await initOrAdopt(inputs);
    const find = async () => engine;
    await withManager("the Swarm", find, (manager) => applySettings(manager, inputs, origin.ownsSwarm));
    const seen = await withManager("the Swarm", find, inspectSwarm);
    return { id: seen.swarm.ID, outs: toClusterState(seen, inputs, origin) };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`Swarm ${id}: import is not supported; give adopt: true to take it on`);
    await unlockManagers(state.managers, state.unlockKey);
    const find = optionalManagerFinder({ managers: state.managers, swarmId: id });
    const seen = await withManager(`Swarm ${id}`, find, async (manager) => manager && inspectSwarm(manager));
    if (!seen) return NOT_FOUND;
    const { Spec } = seen.swarm;
    const { ownsSwarm, createdGatewayBridge, ...recorded } = state;
    const live = { ...liveSettings(Spec, state), ...(ownsSwarm && { owner: ownerFromLabels(Spec.Labels) }) };
    const { swarmId: _id, creationSettings: _fixed, joinTokens: _tokens, unlockKey: _key, ...rest } = recorded;
    const inputs = { ...rest, ...live };
    return { id, props: toClusterState(seen, inputs, { ownsSwarm, createdGatewayBridge }), inputs };
  },

  async update(id, olds, news) {
    await unlockManagers(news.managers, olds.unlockKey);
    const find = managerFinder({ managers: news.managers, swarmId: id });
    const what = `Swarm ${id}`;
    await withManager(what, find, (manager) => applySettings(manager, news, olds.ownsSwarm));
    if (news.joinTokenGeneration !== undefined && !deepEqual(olds.joinTokenGeneration, news.joinTokenGeneration)) {
      await withManager(what, find, rotateJoinTokens);
    }
    return { outs: toClusterState(await withManager(what, find, inspectSwarm), news, olds) };
  },

  async delete(id, state) {
    if (!state.ownsSwarm) return;
    let last: Engine | undefined;
    await withManager(
      `Swarm ${id}`,
      optionalManagerFinder({ managers: state.managers, swarmId: id }),
      async (manager) => {
        if (!manager) return;
        const refusal = remainingObjectsError(id, await listSwarmObjects(manager, { owner: state.owner }));
        if (refusal) throw new ResourceError(refusal);
        await removeOrphans(manager, state.owner);
        last = manager;
        await manager.leaveSwarm(true);
      },
    );
    if (last && state.createdGatewayBridge) await removeGatewayBridge(last);
  },
};

/** How the Swarm came about. */
type Origin = Pick<ClusterState, "ownsSwarm" | "createdGatewayBridge">;

async function initOrAdopt(inputs: ClusterInputs): Promise<Origin & { engine: Engine }> {
  const { firstManager, owner, managers } = inputs;
  const infos = await Promise.all(
    Object.values(managers).map(async (connection) => {
      const engine = new Engine(connection);
      return { engine, host: connection.host, swarm: (await engine.info()).Swarm };
    }),
  );
  const inSwarm = infos.filter(({ swarm }) => swarm.LocalNodeState !== "inactive");
  const [found] = [...inSwarm.filter(({ swarm }) => swarm.ControlAvailable), ...inSwarm];
  if (found) {
    const { engine, host, swarm } = found;
    if (!swarm.ControlAvailable) throw new ResourceError(notAManagerError(host, swarm.LocalNodeState));
    const { Labels } = (await engine.inspectSwarm()).Spec;
    const ownsSwarm = isOwned(Labels, owner);
    if (ownsSwarm || inputs.adopt) return { engine, ownsSwarm, createdGatewayBridge: false };
    throw new ResourceError(
      `adopt false: the engine at ${host} is a manager of the Swarm ${swarm.Cluster?.ID ?? ""}, which belongs to ` +
        `${describeOwner(Labels)}: use the state that created it, or set adopt: true`,
    );
  }
  const connection = managers[firstManager.hostKey];
  if (!connection)
    throw new ResourceError(`first manager "${firstManager.hostKey}" is none of ${Object.keys(managers).join(", ")}`);
  const engine = new Engine(connection);
  const createdGatewayBridge = !(await hasGatewayBridge(engine));
  await engine.initSwarm({
    ListenAddr: firstManager.listenAddress,
    AdvertiseAddr: firstManager.advertiseAddress,
    DataPathAddr: firstManager.dataPathAddress,
    DataPathPort: inputs.dataPathPort,
    DefaultAddrPool: inputs.addressPools,
    // With pools of one's own the Engine has no default: left out, its allocator would not start at all.
    SubnetSize: inputs.subnetSize ?? (inputs.addressPools && DEFAULT_SUBNET_SIZE),
    Spec: { Name: "default", Labels: ownerLabels(owner) },
  });
  return { engine, ownsSwarm: true, createdGatewayBridge };
}

function notAManagerError(host: string, state: string): string {
  if (state === "locked") return `the engine at ${host} is a locked manager: run \`docker swarm unlock\` there first`;
  return `the engine at ${host} is in a Swarm (${state}) but is no manager of it: leave it with \`docker swarm leave\``;
}

/** Whether managers wait for the key that is known; said in the preview, where nothing else would tell. */
async function hasLockedManagers({ unlockKey }: ClusterState, { managers }: ClusterInputs): Promise<boolean> {
  const locked = unlockKey ? await lockedManagers(managers, PREVIEW_TIMEOUT_MS) : [];
  if (locked.length > 0) logLine(`managers ${locked.map(([key]) => key).join(", ")}: locked, to be unlocked`);
  return locked.length > 0;
}

/** Unlocks the managers whose engines have restarted. */
async function unlockManagers(managers: Managers, key: string): Promise<void> {
  const locked = key ? await lockedManagers(managers) : [];
  await Promise.all(locked.map(([, engine]) => engine.unlockSwarm(key)));
}

/** Other tokens for those to come; nodes that have joined do not need them any more. */
function rotateJoinTokens(engine: Engine): Promise<void> {
  return retryOnVersionConflict(async () => {
    const { Spec, Version } = await engine.inspectSwarm();
    await engine.updateSwarm(Version.Index, Spec, { rotateWorkerToken: true, rotateManagerToken: true });
  });
}

/** Sets what was asked for and leaves the rest of the Swarm's settings alone. An adopted Swarm keeps its labels. */
function applySettings(engine: Engine, inputs: ClusterInputs, ownsSwarm: boolean): Promise<void> {
  return retryOnVersionConflict(async () => {
    const { Spec, Version } = await engine.inspectSwarm();
    const settings = withSettings(Spec, inputs);
    const wanted = ownsSwarm ? { ...settings, Labels: { ...Spec.Labels, ...ownerLabels(inputs.owner) } } : settings;
    if (!deepEqual(Spec, wanted)) await engine.updateSwarm(Version.Index, wanted);
  });
}

/** A Swarm's settings with those that were asked for, and the others as they are. */
function withSettings(spec: SwarmSpec, asked: ClusterInputs): SwarmSpec {
  const { autolock, certificateExpiryDays: days, taskHistoryLimit: tasks } = asked;
  return {
    ...spec,
    ...(autolock !== undefined && { EncryptionConfig: { ...spec.EncryptionConfig, AutoLockManagers: autolock } }),
    ...(days !== undefined && { CAConfig: { ...spec.CAConfig, NodeCertExpiry: days * NANOSECONDS_PER_DAY } }),
    ...(tasks !== undefined && { Orchestration: { ...spec.Orchestration, TaskHistoryRetentionLimit: tasks } }),
  };
}

/** How those settings stand that were asked for. */
function liveSettings(spec: SwarmSpec, asked: ClusterInputs): Partial<ClusterInputs> {
  const days = (spec.CAConfig?.NodeCertExpiry ?? 0) / NANOSECONDS_PER_DAY;
  return {
    ...(asked.autolock !== undefined && { autolock: spec.EncryptionConfig?.AutoLockManagers ?? false }),
    ...(asked.certificateExpiryDays !== undefined && { certificateExpiryDays: days }),
    ...(asked.taskHistoryLimit !== undefined && {
      taskHistoryLimit: spec.Orchestration?.TaskHistoryRetentionLimit ?? 0,
    }),
  };
}

interface InspectedSwarm {
  swarm: SwarmDetails;
  unlockKey: string;
}

async function inspectSwarm(manager: Engine): Promise<InspectedSwarm> {
  const swarm = await manager.inspectSwarm();
  return { swarm, unlockKey: swarm.Spec.EncryptionConfig?.AutoLockManagers ? await manager.getUnlockKey() : "" };
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
