import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { engineTimeout } from "../../engine/timeouts.ts";
import { UnreachableError } from "../../engine/transport.ts";
import type { NodeDetails, NodeRole } from "../../engine/types.ts";
import { removeGatewayBridge } from "./swarm-inventory.ts";
import { describeHost } from "./join-swarm.ts";
import { inspectInSwarm, managerFinder, withManager } from "./with-manager.ts";
import { registerManagers } from "./manager-pool.ts";
import type { MemberState } from "./member-inputs.ts";
import type { MemberInputs } from "./member-inputs.ts";
import { setRole, drainNode, MANAGER_FILTER, waitForNodeDown } from "./node-operations.ts";
import { runExclusive } from "../runtime/serial-queue.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/**
 * Drains and demotes a node, has it leave, and removes it. Managers are demoted one at a time, so that the remaining ones
 * always have a quorum. The last manager stays: the Swarm ends with its Cluster, not with a Member.
 *
 * A host that does not answer is removed by force, once the Swarm sees its node as down.
 *
 * @returns whether the node is no longer in the Swarm
 */
export async function leaveSwarm(id: string, state: MemberState): Promise<boolean> {
  const { managers, swarmId } = state;
  registerManagers(managers, swarmId);
  const node = await inspectInSwarm(`node ${id}`, state, (manager) => manager.inspectNode(id));
  if (!node) return true;
  // The host may be unreachable, or have joined again as another node.
  const engine = (await inspectNodeId(state)) === id ? new Engine(state.connection) : undefined;
  const retire = () => drainAndDemote(id, state, engine);
  if (!(await (node.Spec.Role === "manager" ? runExclusive(swarmId, retire) : retire()))) return false;
  if (engine) {
    await engine.leaveSwarm(false);
    if (state.createdGatewayBridge) await removeGatewayBridge(engine);
  }
  await withManager(`node ${id}`, managerFinder(state), (manager) => undefinedIfNotFound(manager.removeNode(id, true)));
  return true;
}

/** Drains and demotes a node. Returns false for the last manager, which stays unchanged. */
async function drainAndDemote(id: string, state: MemberState, engine: Engine | undefined): Promise<boolean> {
  const { timeoutSeconds } = state;
  const find = managerFinder(state);
  if (isOnlyManager(await withManager(`node ${id}`, find, (manager) => manager.listNodes(MANAGER_FILTER)), id))
    return false;
  if (engine) await drainNode(find, id, timeoutSeconds);
  else await waitForNodeDown(find, id, timeoutSeconds, (because) => nodeStillUpError(state, because));
  await setRole(find, id, "worker", timeoutSeconds);
  await waitForRoleOnHost(state, "worker");
  return true;
}

/** Returns the id of the host's node, as its engine reports it. Undefined if the engine is unreachable. */
export async function inspectNodeId({ connection }: MemberState): Promise<string | undefined> {
  return (await ignoreUnreachable(new Engine(connection).info(engineTimeout(connection))))?.Swarm.NodeID;
}

async function ignoreUnreachable<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

function isOnlyManager(nodes: readonly NodeDetails[], id: string): boolean {
  // A node that is still being promoted has no vote yet.
  const managers = nodes.filter(({ ManagerStatus }) => ManagerStatus);
  return managers.length === 1 && managers[0]?.ID === id;
}

function nodeStillUpError(state: MemberState, because: string): ResourceError {
  return new ResourceError(
    `${describeHost(state)} does not answer, but the Swarm sees its node: ${because}. ` +
      "Start its engine, so that it can leave, or switch the machine off: then it is removed by force",
  );
}

/**
 * Waits until the host's engine knows the node's role, if it is reachable. The engine learns its role last, and cannot
 * leave before it does. An engine that is demoted before it knows of its promotion would consider itself a manager for
 * many seconds.
 */
export async function waitForRoleOnHost(state: MemberInputs, role: NodeRole): Promise<void> {
  const timeoutSeconds = state.timeoutSeconds;
  const engine = new Engine(state.connection);
  await waitFor(
    async (deadline) => {
      const manages = (await ignoreUnreachable(engine.info(deadline.cap(30_000))))?.Swarm.ControlAvailable;
      const isKnown = manages === undefined || manages === (role === "manager");
      return isKnown ? ready(undefined) : pending(`it is still a ${manages ? "manager" : "worker"}`);
    },
    { subject: describeHost(state), timeoutSeconds },
    (because) =>
      new ResourceError(`${describeHost(state)} did not become a ${role} within ${timeoutSeconds} s: ${because}`),
  );
}
