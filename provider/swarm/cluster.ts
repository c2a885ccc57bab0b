import { Engine } from "../../engine/engine.ts";
import type { SwarmDetails, SwarmSpec } from "../../engine/types.ts";
import { describeOwner, isOwned, ownerFromLabels, ownerLabels } from "../../core/labels.ts";
import { contentsOf, contentsRefusal, hasBridge, removeBridge, removeLeftovers } from "./swarm-inventory.ts";
import { withManager, managerIfAny, managerOf } from "./with-manager.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { lockedManagers, type Managers, remember } from "./manager-pool.ts";
import { fixedOf, DEFAULT_SUBNET_SIZE, differingFixed, isConfined, swarmRefusal } from "./cluster-immutable.ts";
import { retryOnVersionConflict } from "./optimistic-update.ts";
import { containsUnknown, ResourceError, deepEqual } from "../runtime/values.ts";
import type { ClusterInputs, ClusterState } from "./cluster-inputs.ts";

const NANOSECONDS_A_DAY = 24 * 3600 * 1e9;

/** How long a manager may take to say in a preview that it is locked, in milliseconds. */
const LOOK = 2_000;

/** The Swarm as a whole: made on its first manager, then reached through any manager that answers. */
export const Cluster: ResourceHandler<ClusterInputs, ClusterState> = {
  async check(olds, given) {
    // How the Swarm came about is over. Pulumi asks once more, and with no former inputs, when it is to be made anew.
    const news = { ...given, first: olds.first ?? given.first };
    const reason = containsUnknown(news.managers) ? undefined : await swarmRefusal(news);
    // With a property's name Pulumi would print the property's whole value before the line.
    return { inputs: news, failures: reason ? [{ property: "", reason }] : [] };
  },

  async diff(id, olds, news) {
    if (!containsUnknown(news.managers)) remember(news.managers, id);
    const replaces: string[] = differingFixed(olds.fixed, news);
    if (olds.created && isConfined(news)) replaces.push("first");
    // A permission for changes to come, or a word about the others, changes nothing by itself.
    const { adopt: _adopt, allowOutage: _allowOutage, first: _first, single: _single, ...now } = news;
    const before = Object.fromEntries(Object.keys(now).map((key) => [key, olds[key as keyof ClusterInputs]]));
    const locked = await toUnlock(olds, news);
    return { changes: replaces.length > 0 || locked || !deepEqual(before, now), replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const { engine, ...origin } = await makeOrTakeOn(inputs);
    const find = async () => engine;
    await withManager("the Swarm", find, (manager) => applySettings(manager, inputs, origin.created));
    const seen = await withManager("the Swarm", find, look);
    return { id: seen.swarm.ID, outs: stateOf(seen, inputs, origin) };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`Swarm ${id}: import is not supported; give adopt: true to take it on`);
    await unlock(state.managers, state.unlockKey);
    const find = managerIfAny({ managers: state.managers, swarmId: id });
    const seen = await withManager(`Swarm ${id}`, find, async (manager) => manager && look(manager));
    if (!seen) return NOT_FOUND;
    const { Spec } = seen.swarm;
    const { created, broughtBridge, ...recorded } = state;
    const live = { ...liveSettings(Spec, state), ...(created && { owner: ownerFromLabels(Spec.Labels) }) };
    const { swarmId: _id, fixed: _fixed, joinTokens: _tokens, unlockKey: _key, ...rest } = recorded;
    const inputs = { ...rest, ...live };
    return { id, props: stateOf(seen, inputs, { created, broughtBridge }), inputs };
  },

  async update(id, olds, news) {
    await unlock(news.managers, olds.unlockKey);
    const find = managerOf({ managers: news.managers, swarmId: id });
    const what = `Swarm ${id}`;
    await withManager(what, find, (manager) => applySettings(manager, news, olds.created));
    if (news.joinTokenGeneration !== undefined && !deepEqual(olds.joinTokenGeneration, news.joinTokenGeneration)) {
      await withManager(what, find, rotateJoinTokens);
    }
    return { outs: stateOf(await withManager(what, find, look), news, olds) };
  },

  async delete(id, state) {
    if (!state.created) return;
    let last: Engine | undefined;
    await withManager(`Swarm ${id}`, managerIfAny({ managers: state.managers, swarmId: id }), async (manager) => {
      if (!manager) return;
      const refusal = contentsRefusal(id, await contentsOf(manager, { owner: state.owner }));
      if (refusal) throw new ResourceError(refusal);
      await removeLeftovers(manager, state.owner);
      last = manager;
      await manager.leaveSwarm(true);
    });
    if (last && state.broughtBridge) await removeBridge(last);
  },
};

/** How the Swarm came about. */
type Origin = Pick<ClusterState, "created" | "broughtBridge">;

async function makeOrTakeOn(inputs: ClusterInputs): Promise<Origin & { engine: Engine }> {
  const { first, owner, managers } = inputs;
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
    if (!swarm.ControlAvailable) throw new ResourceError(notUsable(host, swarm.LocalNodeState));
    const { Labels } = (await engine.swarm()).Spec;
    const created = isOwned(Labels, owner);
    if (created || inputs.adopt) return { engine, created, broughtBridge: false };
    throw new ResourceError(
      `adopt false: the engine at ${host} is a manager of the Swarm ${swarm.Cluster?.ID ?? ""}, which belongs to ` +
        `${describeOwner(Labels)}: use the state that created it, or set adopt: true`,
    );
  }
  const connection = managers[first.hostKey];
  if (!connection)
    throw new ResourceError(`first manager "${first.hostKey}" is none of ${Object.keys(managers).join(", ")}`);
  const engine = new Engine(connection);
  const broughtBridge = !(await hasBridge(engine));
  await engine.initSwarm({
    ListenAddr: first.listenAddress,
    AdvertiseAddr: first.advertiseAddress,
    DataPathAddr: first.dataPathAddress,
    DataPathPort: inputs.dataPathPort,
    DefaultAddrPool: inputs.addressPools,
    // With pools of one's own the Engine has no default: left out, its allocator would not start at all.
    SubnetSize: inputs.subnetSize ?? (inputs.addressPools && DEFAULT_SUBNET_SIZE),
    Spec: { Name: "default", Labels: ownerLabels(owner) },
  });
  return { engine, created: true, broughtBridge };
}

function notUsable(host: string, state: string): string {
  if (state === "locked") return `the engine at ${host} is a locked manager: run \`docker swarm unlock\` there first`;
  return `the engine at ${host} is in a Swarm (${state}) but is no manager of it: leave it with \`docker swarm leave\``;
}

/** Whether managers wait for the key that is known; said in the preview, where nothing else would tell. */
async function toUnlock({ unlockKey }: ClusterState, { managers }: ClusterInputs): Promise<boolean> {
  const locked = unlockKey ? await lockedManagers(managers, LOOK) : [];
  if (locked.length > 0) logLine(`managers ${locked.map(([key]) => key).join(", ")}: locked, to be unlocked`);
  return locked.length > 0;
}

/** Unlocks the managers whose engines have restarted. */
async function unlock(managers: Managers, key: string): Promise<void> {
  const locked = key ? await lockedManagers(managers) : [];
  await Promise.all(locked.map(([, engine]) => engine.unlockSwarm(key)));
}

/** Other tokens for those to come; nodes that have joined do not need them any more. */
function rotateJoinTokens(engine: Engine): Promise<void> {
  return retryOnVersionConflict(async () => {
    const { Spec, Version } = await engine.swarm();
    await engine.updateSwarm(Version.Index, Spec, { rotateWorkerToken: true, rotateManagerToken: true });
  });
}

/** Sets what was asked for and leaves the rest of the Swarm's settings alone. An adopted Swarm keeps its labels. */
function applySettings(engine: Engine, inputs: ClusterInputs, created: boolean): Promise<void> {
  return retryOnVersionConflict(async () => {
    const { Spec, Version } = await engine.swarm();
    const settings = withSettings(Spec, inputs);
    const wanted = created ? { ...settings, Labels: { ...Spec.Labels, ...ownerLabels(inputs.owner) } } : settings;
    if (!deepEqual(Spec, wanted)) await engine.updateSwarm(Version.Index, wanted);
  });
}

/** A Swarm's settings with those that were asked for, and the others as they are. */
function withSettings(spec: SwarmSpec, asked: ClusterInputs): SwarmSpec {
  const { autolock, certificateExpiryDays: days, taskHistoryLimit: tasks } = asked;
  return {
    ...spec,
    ...(autolock !== undefined && { EncryptionConfig: { ...spec.EncryptionConfig, AutoLockManagers: autolock } }),
    ...(days !== undefined && { CAConfig: { ...spec.CAConfig, NodeCertExpiry: days * NANOSECONDS_A_DAY } }),
    ...(tasks !== undefined && { Orchestration: { ...spec.Orchestration, TaskHistoryRetentionLimit: tasks } }),
  };
}

/** How those settings stand that were asked for. */
function liveSettings(spec: SwarmSpec, asked: ClusterInputs): Partial<ClusterInputs> {
  const days = (spec.CAConfig?.NodeCertExpiry ?? 0) / NANOSECONDS_A_DAY;
  return {
    ...(asked.autolock !== undefined && { autolock: spec.EncryptionConfig?.AutoLockManagers ?? false }),
    ...(asked.certificateExpiryDays !== undefined && { certificateExpiryDays: days }),
    ...(asked.taskHistoryLimit !== undefined && {
      taskHistoryLimit: spec.Orchestration?.TaskHistoryRetentionLimit ?? 0,
    }),
  };
}

interface Seen {
  swarm: SwarmDetails;
  unlockKey: string;
}

async function look(manager: Engine): Promise<Seen> {
  const swarm = await manager.swarm();
  return { swarm, unlockKey: swarm.Spec.EncryptionConfig?.AutoLockManagers ? await manager.unlockKey() : "" };
}

function stateOf({ swarm, unlockKey }: Seen, inputs: ClusterInputs, { created, broughtBridge }: Origin): ClusterState {
  const { Worker, Manager } = swarm.JoinTokens;
  return {
    ...inputs,
    swarmId: swarm.ID,
    created,
    broughtBridge,
    fixed: fixedOf(swarm),
    joinTokens: { worker: Worker, manager: Manager },
    unlockKey,
  };
}
