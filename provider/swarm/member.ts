import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import type { NodeDetails } from "../../engine/types.ts";
import { ownerFromLabels, ownerLabels } from "../../core/labels.ts";
import { hasGatewayBridge } from "./swarm-inventory.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { joinSwarm } from "./join-swarm.ts";
import { leaveSwarm, inspectNodeId, waitForRoleOnHost } from "./leave-swarm.ts";
import { withManager, optionalManagerFinder, managerFinder, waitWithManager } from "./with-manager.ts";
import { needsManagerUpdate } from "./manager-pool.ts";
import { updateNodeSpec, setRole, NODE_POLL_INTERVAL_MS } from "./node-operations.ts";
import { runExclusive } from "../runtime/serial-queue.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending } from "../runtime/poll.ts";
import type { MemberInputs, MemberState } from "./member-inputs.ts";

/** A host's membership of the Swarm. Roles change in an order that never loses the quorum. */
export const Member: ResourceHandler<MemberInputs, MemberState> = {
  async diff(id, olds, news) {
    const replaces = changedKeys(olds, news, ["swarmId"]);
    const machine = await compareMachine(id, olds, news);
    if (machine === "another") replaces.push("machineId");
    const changed = changedKeys(olds, news, ["connection", "owner", "role", "timeoutSeconds"]);
    if (machine === "renamed") changed.push("machineId");
    const changes = replaces.length + changed.length > 0 || needsManagerUpdate(olds.managers, news.managers);
    return { changes, replaces, deleteBeforeReplace: replaces.includes("swarmId") };
  },

  async create(inputs) {
    const engine = new Engine(inputs.connection);
    const hadBridge = await hasGatewayBridge(engine);
    const joined = await joinSwarm(engine, inputs);
    const createdGatewayBridge = joined ? !hadBridge : inputs.ownsSwarm && inputs.swarmCreatedGatewayBridge === true;
    const node = await waitForReadyNode(engine, inputs);
    await writeOwnerLabels(node.ID, { ...inputs, joined });
    return { id: node.ID, outs: { ...inputs, joined, createdGatewayBridge, address: node.Status.Addr } };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`node ${id} cannot be imported: declare its host to adopt it`);
    const node = await withManager(
      `node ${id}`,
      optionalManagerFinder(state),
      async (manager) => manager && undefinedIfNotFound(manager.inspectNode(id)),
    );
    // An unreachable host has not left.
    if (!node || ((await inspectNodeId(state)) ?? id) !== id) return NOT_FOUND;
    const {
      joined: _joined,
      createdGatewayBridge: _bridge,
      address: _address,
      ...inputs
    } = { ...state, role: node.Spec.Role, owner: isOwnedNode(state) ? ownerFromLabels(node.Spec.Labels) : state.owner };
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
    const { joined, createdGatewayBridge } = olds;
    await writeOwnerLabels(id, { ...news, joined });
    return { outs: { ...news, joined, createdGatewayBridge, address: node.Status.Addr } };
  },

  async delete(id, state) {
    if (!state.joined && !state.ownsSwarm) return;
    await leaveSwarm(id, state);
  },
};

const isOwnedNode = ({ joined, ownsSwarm }: Pick<MemberState, "joined" | "ownsSwarm">) => joined || ownsSwarm;

/** Labels a node with its owner, if this program joined it or created its Swarm. */
async function writeOwnerLabels(nodeId: string, member: Omit<MemberState, "address">): Promise<void> {
  if (!isOwnedNode(member)) return;
  await withManager(`labels of node ${nodeId}`, managerFinder(member), (manager) =>
    updateNodeSpec(manager, nodeId, (spec) => ({ ...spec, Labels: { ...spec.Labels, ...ownerLabels(member.owner) } })),
  );
}

/**
 * Returns whether the host is still the machine that joined. The engine's id alone does not tell: upgrading Docker 20.10
 * to 26 or later changes it ("renamed"). In a preview, the id of a host that is to be updated is unknown.
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
