import type { EngineConnection } from "../engine/connection.ts";
import { Engine, orMissing } from "../engine/engine.ts";
import { UnreachableError } from "../engine/transport.ts";
import type { NodeDetails, NodeRole } from "../engine/types.ts";
import { GONE, type ResourceHandler } from "./handler.ts";
import { findManager, type Managers, requireManager } from "./managers.ts";
import { changeRole, drainNode, forgetNode } from "./nodes.ts";
import { inTurn } from "./turns.ts";
import { changedKeys, isUnknown, ResourceProblem } from "./values.ts";
import { done, notYet, waitFor } from "./wait.ts";

export interface MemberInputs {
  connection: EngineConnection;
  managers: Managers;
  swarmId: string;
  /** Whether this program made the Swarm, and so may take away nodes that were there before it joined them. */
  ownsSwarm: boolean;
  role: NodeRole;
  /** For the role; of no meaning once the host has joined. */
  joinToken: string;
  /** Addresses of managers to join through; of no meaning once the host has joined. */
  joinAddresses: string[];
  advertiseAddress: string;
  listenAddress: string;
  dataPathAddress?: string;
  /** Another machine joins anew. */
  machineId: string;
  /** How long joining, draining and leaving may take each, in seconds. */
  timeoutSeconds: number;
}

export interface MemberState extends MemberInputs {
  /** Whether this program made the host join. */
  joined: boolean;
  address: string;
}

/** A host's membership of the Swarm: joins, changes its role, and leaves in the order that never drops quorum. */
export const Member: ResourceHandler<MemberInputs, MemberState> = {
  async diff(_id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId"]);
    if (!isUnknown(news.machineId)) replaces.push(...changedKeys(olds, news, ["machineId"]));
    const changed = changedKeys(olds, news, ["connection", "managers", "role", "timeoutSeconds"]);
    const deleteBeforeReplace = replaces.includes("swarmId");
    return { changes: replaces.length + changed.length > 0, replaces, deleteBeforeReplace };
  },

  async create(inputs) {
    const engine = new Engine(inputs.connection);
    const joined = await joinUnlessMember(engine, inputs);
    const node = await knownNode(engine, inputs);
    return { id: node.ID, outs: { ...inputs, joined, address: node.Status.Addr } };
  },

  async read(id, state) {
    if (!state) throw new ResourceProblem(`node ${id} cannot be imported: declare its host, and it is taken on`);
    const manager = await findManager(state.managers, state.swarmId);
    const node = manager && (await orMissing(manager.node(id)));
    // A silent machine has not left.
    if (!node || ((await nodeOf(state)) ?? id) !== id) return GONE;
    const { joined: _joined, address: _address, ...inputs } = { ...state, role: node.Spec.Role };
    return { id, props: { ...state, role: node.Spec.Role, address: node.Status.Addr }, inputs };
  },

  async update(id, olds, news) {
    const find = () => requireManager(news.managers, news.swarmId);
    await changeRole(find, id, news.role, news.timeoutSeconds);
    const node = await (await find()).node(id);
    return { outs: { ...news, joined: olds.joined, address: node.Status.Addr } };
  },

  async delete(id, state) {
    if (!state.joined && !state.ownsSwarm) return;
    await inTurn(state.swarmId, () => leave(id, state));
  },
};

async function joinUnlessMember(engine: Engine, inputs: MemberInputs): Promise<boolean> {
  const { Swarm } = await engine.info();
  const manager = await requireManager(inputs.managers, inputs.swarmId);
  if (Swarm.LocalNodeState !== "inactive") {
    if (await orMissing(manager.node(Swarm.NodeID))) return false;
    throw new ResourceProblem(
      `the engine at ${inputs.connection.host} is in another Swarm (${Swarm.LocalNodeState}): ` +
        "leave it there with `docker swarm leave`, then run `pulumi up` again",
    );
  }
  await engine.joinSwarm({
    ListenAddr: inputs.listenAddress,
    AdvertiseAddr: inputs.advertiseAddress,
    DataPathAddr: inputs.dataPathAddress,
    RemoteAddrs: inputs.joinAddresses,
    JoinToken: inputs.joinToken,
  });
  return true;
}

/** The host's node once the managers see it ready, in the role that was asked for. */
async function knownNode(engine: Engine, inputs: MemberInputs): Promise<NodeDetails> {
  const { NodeID } = (await engine.info()).Swarm;
  const find = () => requireManager(inputs.managers, inputs.swarmId);
  await changeRole(find, NodeID, inputs.role, inputs.timeoutSeconds);
  return waitFor(
    async () => {
      const node = await orMissing((await find()).node(NodeID));
      return node?.Status.State === "ready"
        ? done(node)
        : notYet(`the managers see it ${node?.Status.State ?? "not"} yet`);
    },
    { what: `node ${NodeID} joining`, limitSeconds: inputs.timeoutSeconds },
    (because) =>
      new ResourceProblem(`node ${NodeID} did not become ready within ${inputs.timeoutSeconds} s: ${because}`),
  );
}

/** Which node the machine itself says it is. Undefined when it is silent. */
async function nodeOf({ connection }: MemberState): Promise<string | undefined> {
  try {
    return (await new Engine(connection).info(5_000)).Swarm.NodeID;
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

/** Drain, demote, leave, remove. The last manager stays: the Swarm ends with the cluster, not with a member. */
async function leave(id: string, state: MemberState): Promise<void> {
  const manager = await findManager(state.managers, state.swarmId);
  const node = manager && (await orMissing(manager.node(id)));
  if (!manager || !node) return;
  const nodes = await manager.nodes();
  const otherManager = nodes.some((other) => other.ID !== id && other.Spec.Role === "manager");
  if (node.Spec.Role === "manager" && !otherManager) return;
  // A node that is down runs nothing, and Swarm would take a day to be sure of it.
  if (node.Status.State !== "down") await drainNode(manager, id, state.timeoutSeconds);
  await changeRole(() => requireManager(state.managers, state.swarmId), id, "worker", state.timeoutSeconds);
  const remaining = await managerBesides(id, state);
  // The machine may be silent, or have joined anew as another node.
  if ((await nodeOf(state)) === id) await new Engine(state.connection).leaveSwarm(false);
  await forgetNode(remaining, id, state.timeoutSeconds);
}

/** A manager that stays when this node goes; a demoted node needs a moment to stop being one. */
function managerBesides(id: string, state: MemberState): Promise<Engine> {
  return waitFor(
    async () => {
      const manager = await requireManager(state.managers, state.swarmId);
      return (await manager.info()).Swarm.NodeID === id ? notYet("it is still a manager") : done(manager);
    },
    { what: `node ${id} being demoted`, limitSeconds: state.timeoutSeconds },
    (because) => new ResourceProblem(`node ${id} was not demoted within ${state.timeoutSeconds} s: ${because}`),
  );
}
