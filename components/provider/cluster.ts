import { Engine } from "../engine/engine.ts";
import type { SwarmDetails, SwarmSpec } from "../engine/types.ts";
import { isOwned, type Owner, ownerLabels } from "../shared/labels.ts";
import { contentsOf, hasBridge, removeBridge, removeLeftovers } from "./cluster-contents.ts";
import { GONE, type ResourceHandler } from "./handler.ts";
import { findManager, type Managers, requireManager } from "./managers.ts";
import { isUnknown, ResourceProblem, same } from "./values.ts";

export interface ClusterInputs {
  managers: Managers;
  owner: Owner;
  /** The manager that makes the Swarm when there is none; of no meaning afterwards. */
  first: { hostKey: string; advertiseAddress: string; listenAddress: string; dataPathAddress?: string };
  /** Fixed when the Swarm is made. Absent: the Engine's own choice. */
  addressPools?: string[];
  subnetSize?: number;
  dataPathPort?: number;
  /** Changed in place. Absent: left as they are. */
  autolock?: boolean;
  certificateExpiryDays?: number;
  taskHistoryLimit?: number;
  adopt: boolean;
  allowOutage: boolean;
}

/** What a Swarm was made with. */
export type FixedSettings = Required<Pick<ClusterInputs, "addressPools" | "subnetSize" | "dataPathPort">>;

export interface ClusterState extends ClusterInputs {
  /** Whether this program made the Swarm: only then does it end it. */
  created: boolean;
  /** Whether Docker's bridge for Swarm tasks came with the Swarm: only then does it go with it. */
  broughtBridge: boolean;
  fixed: FixedSettings;
  joinTokens: { worker: string; manager: string };
  unlockKey: string;
}

const NANOSECONDS_A_DAY = 24 * 3600 * 1e9;
const DEFAULT_SUBNET_SIZE = 24;

/** The Swarm as a whole: made on its first manager, then reached through any manager that answers. */
export const Cluster: ResourceHandler<ClusterInputs, ClusterState> = {
  async check(_olds, news) {
    const reason = isUnknown(news.managers) || news.allowOutage ? undefined : await reinitRefusal(news);
    // With a property's name Pulumi would print the property's whole value before the line.
    return { inputs: news, failures: reason ? [{ property: "", reason }] : [] };
  },

  async diff(_id, olds, news) {
    const replaces = differingFixed(olds.fixed, news);
    // How the Swarm came about is over, and a permission for changes to come changes nothing by itself.
    const { adopt: _adopt, allowOutage: _allowOutage, first: _first, ...now } = news;
    const before = Object.fromEntries(Object.keys(now).map((key) => [key, olds[key as keyof ClusterInputs]]));
    return { changes: replaces.length > 0 || !same(before, now), replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const { engine, ...origin } = await makeOrTakeOn(inputs);
    await applySettings(engine, inputs);
    const swarm = await engine.swarm();
    return { id: swarm.ID, outs: await stateOf(engine, swarm, inputs, origin) };
  },

  async read(id, state) {
    if (!state) throw new ResourceProblem(`Swarm ${id}: import is not supported; give adopt: true to take it on`);
    const engine = await findManager(state.managers, id);
    if (!engine) return GONE;
    const swarm = await engine.swarm();
    const live = liveSettings(swarm.Spec, state);
    const { created, broughtBridge, fixed: _fixed, joinTokens: _tokens, unlockKey: _key, ...rest } = state;
    const inputs = { ...rest, ...live };
    return { id, props: await stateOf(engine, swarm, inputs, { created, broughtBridge }), inputs };
  },

  async update(id, olds, news) {
    const engine = await requireManager(news.managers, id);
    await applySettings(engine, news);
    return { outs: await stateOf(engine, await engine.swarm(), news, olds) };
  },

  async delete(id, state) {
    if (!state.created) return;
    const engine = await findManager(state.managers, id);
    if (!engine) return;
    await removeLeftovers(engine, state.owner);
    const others = await contentsOf(engine);
    if (others.length > 0 && !state.allowOutage) {
      throw new ResourceProblem(
        `the Swarm is still used by what this stack did not make: ${others.join(", ")}. ` +
          "Remove it first, or leave the Swarm by hand with `docker swarm leave --force`",
      );
    }
    await engine.leaveSwarm(true);
    if (state.broughtBridge) await removeBridge(engine);
  },
};

/** How the Swarm came about. */
type Origin = Pick<ClusterState, "created" | "broughtBridge">;

async function makeOrTakeOn(inputs: ClusterInputs): Promise<Origin & { engine: Engine }> {
  const { first, owner, managers } = inputs;
  for (const connection of Object.values(managers)) {
    const engine = new Engine(connection);
    const { Swarm } = await engine.info();
    if (Swarm.LocalNodeState === "inactive") continue;
    if (!Swarm.ControlAvailable) throw new ResourceProblem(notUsable(connection.host, Swarm.LocalNodeState));
    const created = isOwned((await engine.swarm()).Spec.Labels, owner);
    if (created || inputs.adopt) return { engine, created, broughtBridge: false };
    throw new ResourceProblem(
      `adopt false: the engine at ${connection.host} already is a manager of the Swarm ${Swarm.Cluster?.ID ?? ""}, ` +
        "which this stack did not make: set adopt: true to take it on, or leave it with `docker swarm leave --force`",
    );
  }
  const connection = managers[first.hostKey];
  if (!connection)
    throw new ResourceProblem(`first manager "${first.hostKey}" is none of ${Object.keys(managers).join(", ")}`);
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

/** Sets what was asked for and leaves the rest of the Swarm's settings alone. */
async function applySettings(engine: Engine, inputs: ClusterInputs): Promise<void> {
  const { Spec, Version } = await engine.swarm();
  const { autolock, certificateExpiryDays: days, taskHistoryLimit: tasks } = inputs;
  const wanted: SwarmSpec = {
    ...Spec,
    ...(autolock !== undefined && { EncryptionConfig: { ...Spec.EncryptionConfig, AutoLockManagers: autolock } }),
    ...(days !== undefined && { CAConfig: { ...Spec.CAConfig, NodeCertExpiry: days * NANOSECONDS_A_DAY } }),
    ...(tasks !== undefined && { Orchestration: { ...Spec.Orchestration, TaskHistoryRetentionLimit: tasks } }),
  };
  if (!same(Spec, wanted)) await engine.updateSwarm(Version.Index, wanted);
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

async function stateOf(
  engine: Engine,
  swarm: SwarmDetails,
  inputs: ClusterInputs,
  { created, broughtBridge }: Origin,
): Promise<ClusterState> {
  const { Worker, Manager } = swarm.JoinTokens;
  return {
    ...inputs,
    created,
    broughtBridge,
    fixed: fixedOf(swarm),
    joinTokens: { worker: Worker, manager: Manager },
    unlockKey: swarm.Spec.EncryptionConfig?.AutoLockManagers ? await engine.unlockKey() : "",
  };
}

function fixedOf(swarm: SwarmDetails): FixedSettings {
  return {
    addressPools: swarm.DefaultAddrPool ?? [],
    subnetSize: swarm.SubnetSize || DEFAULT_SUBNET_SIZE,
    dataPathPort: swarm.DataPathPort || 4789,
  };
}

/** What was asked for and is not how the Swarm was made. */
function differingFixed(fixed: FixedSettings, asked: ClusterInputs): string[] {
  const keys = ["addressPools", "subnetSize", "dataPathPort"] as const;
  return keys.filter((key) => asked[key] !== undefined && !isUnknown(asked[key]) && !same(asked[key], fixed[key]));
}

/** Why a change that means a new Swarm is not made, with what it would cost. */
async function reinitRefusal(news: ClusterInputs): Promise<string | undefined> {
  for (const connection of Object.values(news.managers)) {
    const engine = new Engine(connection);
    const info = await engine.info(5_000).catch(() => undefined);
    if (!info?.Swarm.ControlAvailable) continue;
    const swarm = await engine.swarm();
    if (!news.adopt && !isOwned(swarm.Spec.Labels, news.owner)) return undefined;
    const [property] = differingFixed(fixedOf(swarm), news) as (keyof FixedSettings)[];
    if (!property) return undefined;
    const lost = await contentsOf(engine, { everything: true });
    return (
      `${property} ${JSON.stringify(news[property])}: the Swarm was made with ${JSON.stringify(fixedOf(swarm)[property])}, ` +
      `and only a new Swarm can have another; lost with the old one: ${lost.join(", ") || "its node identities"}. ` +
      "Data in volumes stays. Put the value back, or set allowOutage: true to have the Swarm made anew"
    );
  }
  return undefined;
}
