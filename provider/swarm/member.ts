import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import type { NodeDetails } from "../../engine/types.ts";
import { isOwned as isOwnedBy, ownerFromLabels, ownerLabels } from "../../core/labels.ts";
import { hasGatewayBridge } from "./swarm-inventory.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { describeHost, joinSwarm } from "./join-swarm.ts";
import { leaveSwarm, inspectNodeId, waitForRoleOnHost } from "./leave-swarm.ts";
import { inspectInSwarm, managerFinder, waitWithManager, withManager } from "./with-manager.ts";
import { needsManagerUpdate } from "./manager-pool.ts";
import { howToReaddress, otherNodeAddress } from "./node-address.ts";
import { liveSettings, type NodeSettings, removeLabels, withSettings } from "./node-settings.ts";
import { updateNodeSpec, setRole, NODE_POLL_INTERVAL_MS } from "./node-operations.ts";
import { runExclusive } from "../runtime/serial-queue.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending } from "../runtime/poll.ts";
import type { MemberInputs, MemberState } from "./member-inputs.ts";

/** A host's membership of the Swarm. Roles change in an order that never loses the quorum. */
export const Member: ResourceHandler<MemberInputs, MemberState> = {
  recordedOnce: ["connection", "managers", "swarmId", "machineId", "timeoutSeconds"] satisfies (keyof MemberInputs)[],

  async check(olds, news) {
    const problem = dataPathChange(olds, news) ?? (await addressChange(olds, news));
    return { inputs: news, failures: problem ? [{ property: "", reason: problem }] : [] };
  },

  async diff(id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId"]);
    const machine = await compareMachine(id, olds, news);
    if (machine === "another") {
      replaces.push("machineId");
      replacedNodes.set(hostIn(news), { id, labels: olds.labels });
    }
    const compared = ["connection", "owner", "role", "timeoutSeconds", "labels", "availability"] as const;
    const changed = changedKeys(olds, news, compared);
    if (machine === "renamed") changed.push("machineId");
    const changes = replaces.length + changed.length > 0 || needsManagerUpdate(olds.managers, news.managers);
    return { changes, replaces, deleteBeforeReplace: replaces.includes("swarmId") };
  },

  async create(inputs) {
    const engine = new Engine(inputs.connection);
    const hadBridge = await hasGatewayBridge(engine);
    const joined = await joinSwarm(engine, inputs);
    const isOwned = joined || (await isOwnSwarm(inputs));
    const createdGatewayBridge = joined ? !hadBridge : isOwned && inputs.swarmCreatedGatewayBridge === true;
    const node = await waitForReadyNode(engine, inputs);
    await releaseReplacedNode(inputs);
    await writeNodeSpec(node.ID, { ...inputs, isOwned }, {}, node);
    return { id: node.ID, outs: { ...inputs, isOwned, createdGatewayBridge, address: node.Status.Addr } };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`node ${id} cannot be imported: declare its host to adopt it`);
    const node = await inspectInSwarm(`node ${id}`, state, (manager) => manager.inspectNode(id));
    // An unreachable host has not left.
    if (!node || ((await inspectNodeId(state)) ?? id) !== id) return NOT_FOUND;
    const {
      isOwned: _isOwned,
      createdGatewayBridge: _bridge,
      address: _address,
      ...inputs
    } = {
      ...state,
      ...liveSettings(node.Spec, state),
      role: node.Spec.Role,
      owner: state.isOwned ? ownerFromLabels(node.Spec.Labels) : state.owner,
    };
    return { id, props: { ...state, ...inputs, address: node.Status.Addr }, inputs };
  },

  async update(id, olds, news) {
    const { swarmId, role, timeoutSeconds } = news;
    const find = managerFinder(news);
    const change = async () => {
      await setRole(find, id, role, timeoutSeconds);
      await waitForRoleOnHost(news, role);
    };
    const node = await withManager(`node ${id}`, find, (manager) => manager.inspectNode(id));
    // Demotions are serialized, as each one reduces the quorum. Promotions need not be.
    if (olds.role !== role || node.Spec.Role !== role) {
      await (role === "manager" ? change() : runExclusive(swarmId, change));
    }
    const { isOwned, createdGatewayBridge } = olds;
    await writeNodeSpec(id, { ...news, isOwned }, olds.labels);
    return { outs: { ...news, isOwned, createdGatewayBridge, address: node.Status.Addr } };
  },

  async delete(id, state) {
    if (state.isOwned && (await leaveSwarm(id, state))) return;
    await removeLabels(state, id, state.labels);
  },
};

/**
 * Nodes that this run replaces, by Swarm and host key. They lose their labels before the new nodes get them: with both
 * labelled, a service constrained to a label would run on both for a while.
 */
const replacedNodes = new Map<string, { id: string; labels: NodeSettings["labels"] }>();

const hostIn = ({ swarmId, hostKey = "" }: MemberInputs) => `${swarmId} ${hostKey}`;

async function releaseReplacedNode(inputs: MemberInputs): Promise<void> {
  const replaced = replacedNodes.get(hostIn(inputs));
  if (replaced) await removeLabels(inputs, replaced.id, replaced.labels);
  replacedNodes.delete(hostIn(inputs));
}

/**
 * Returns an error if a node's data path address changes: a node keeps the one with which it joined. A replacement
 * machine joins with the new one.
 */
function dataPathChange(olds: Partial<MemberInputs>, news: MemberInputs): string | undefined {
  const isSameNode = olds.swarmId !== undefined && !changedKeys(olds, news, ["swarmId", "machineId"]).length;
  if (!isSameNode || containsUnknown(news.dataPathAddress) || olds.dataPathAddress === news.dataPathAddress)
    return undefined;
  const { dataPathAddress = "(not given)" } = olds;
  return (
    `${describeHost(news)}: dataPathAddress ${news.dataPathAddress ?? "(not given)"}: its node joined the Swarm with ` +
    `${dataPathAddress} and keeps it: put it back; to change it, ${howToReaddress()}`
  );
}

/**
 * Returns an error if a node does not have its new `privateAddress`: a node keeps its address too. Compares the new
 * address with the engine's, because a program may correct a wrong address of a node that others joined. In a preview,
 * the id of a host that will be updated is unknown.
 */
async function addressChange(olds: Partial<MemberInputs>, news: MemberInputs): Promise<string | undefined> {
  const { connection, advertiseAddress: address } = news;
  const isSame = olds.advertiseAddress === undefined || olds.advertiseAddress === address;
  if (isSame || olds.swarmId !== news.swarmId || containsUnknown([connection, address])) return undefined;
  const info = await new Engine(connection).info(2_000).catch(() => undefined);
  if (!info || info.ID !== olds.machineId) return undefined;
  const problem = otherNodeAddress(address, info.Swarm);
  return problem && `${describeHost(news)}: privateAddress ${address}: ${problem}`;
}

/** Returns whether this state created the Swarm: it then also removes nodes that it did not join itself. */
function isOwnSwarm(inputs: MemberInputs): Promise<boolean> {
  return withManager(`Swarm ${inputs.swarmId}`, managerFinder(inputs), async (manager) =>
    isOwnedBy((await manager.inspectSwarm()).Spec.Labels, inputs.owner),
  );
}

/** Writes a node's settings, and labels it with its owner if this program joined it or created its Swarm. */
async function writeNodeSpec(
  nodeId: string,
  member: MemberInputs & Pick<MemberState, "isOwned">,
  previousLabels: NodeSettings["labels"],
  inspected?: NodeDetails,
): Promise<void> {
  const labels = member.isOwned ? ownerLabels(member.owner) : {};
  const settings = { ...member, labels: { ...labels, ...member.labels } };
  const isManaged =
    Object.keys({ ...settings.labels, ...previousLabels }).length > 0 || settings.availability !== undefined;
  if (!isManaged) return;
  await withManager(`labels of node ${nodeId}`, managerFinder(member), (manager) =>
    updateNodeSpec(manager, nodeId, (spec) => withSettings(spec, settings, previousLabels), inspected),
  );
}

/**
 * Returns whether the host is still the machine that joined. The engine's id alone is not enough: upgrading Docker
 * 20.10 to 26 or later changes it ("renamed"). In a preview, the id of a host that will be updated is unknown.
 */
async function compareMachine(
  id: string,
  olds: MemberState,
  { machineId, connection }: MemberInputs,
): Promise<"same" | "renamed" | "another"> {
  if (machineId === olds.machineId || containsUnknown(connection)) return "same";
  const info = await new Engine(connection).info(2_000).catch(() => undefined);
  const now = containsUnknown(machineId) ? (info?.ID ?? olds.machineId) : machineId;
  if (now === olds.machineId) return "same";
  return info?.Swarm.NodeID === id ? "renamed" : "another";
}

/** Gives the host's node its role, waits until the managers see it ready, and returns it. */
async function waitForReadyNode(engine: Engine, inputs: MemberInputs): Promise<NodeDetails> {
  const { NodeID } = (await engine.info()).Swarm;
  const find = managerFinder(inputs);
  await setRole(find, NodeID, inputs.role, inputs.timeoutSeconds);
  return waitWithManager(
    find,
    async (manager) => {
      const node = await undefinedIfNotFound(manager.inspectNode(NodeID));
      return node?.Status.State === "ready"
        ? ready(node)
        : pending(node ? `the managers see it as ${node.Status.State}` : "the managers do not see it yet");
    },
    { subject: `node ${NodeID} joining`, timeoutSeconds: inputs.timeoutSeconds, intervalMs: NODE_POLL_INTERVAL_MS },
    (because) => new ResourceError(`node ${NodeID} did not become ready within ${inputs.timeoutSeconds} s: ${because}`),
  );
}
