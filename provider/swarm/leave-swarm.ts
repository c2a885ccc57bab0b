import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { engineTimeout } from "../../engine/timeouts.ts";
import { UnreachableError } from "../../engine/transport.ts";
import type { NodeDetails, NodeRole } from "../../engine/types.ts";
import { removeGatewayBridge } from "./swarm-inventory.ts";
import { describeHost } from "./join-swarm.ts";
import { withManager, optionalManagerFinder, managerFinder } from "./with-manager.ts";
import { registerManagers } from "./manager-pool.ts";
import type { MemberState } from "./member-inputs.ts";
import type { MemberInputs } from "./member-inputs.ts";
import { setRole, drainNode, MANAGER_FILTER, waitForNodeDown } from "./node-operations.ts";
import { runExclusive } from "../runtime/serial-queue.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/**
 * Has a node leave: drain, demote, leave, remove. Managers stop being such one after another, so that those that are
 * left always decide; the last one stays, for the Swarm ends with the cluster and not with a member.
 *
 * A machine that does not answer is removed by force, once the Swarm has lost sight of it, too.
 */
export async function leaveSwarm(id: string, state: MemberState): Promise<void> {
  const { managers, swarmId } = state;
  registerManagers(managers, swarmId);
  const node = await withManager(
    `node ${id}`,
    optionalManagerFinder(state),
    async (manager) => manager && undefinedIfNotFound(manager.inspectNode(id)),
  );
  if (!node) return;
  // The machine may be silent, or have joined anew as another node.
  const engine = (await inspectNodeId(state)) === id ? new Engine(state.connection) : undefined;
  const retire = () => drainAndDemote(id, state, engine);
  if (!(await (node.Spec.Role === "manager" ? runExclusive(swarmId, retire) : retire()))) return;
  if (engine) {
    await engine.leaveSwarm(false);
    if (state.createdGatewayBridge) await removeGatewayBridge(engine);
  }
  await withManager(`node ${id}`, managerFinder(state), (manager) => undefinedIfNotFound(manager.removeNode(id, true)));
}

/** Has a node run nothing and manage nothing any more. Tells whether it does: the last manager stays what it is. */
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

/** Which node the machine itself says it is. Undefined when it is silent. */
export async function inspectNodeId({ connection }: MemberState): Promise<string | undefined> {
  return (await ignoreUnreachable(new Engine(connection).info(engineTimeout(connection))))?.Swarm.NodeID;
}

async function ignoreUnreachable<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

function isOnlyManager(nodes: readonly NodeDetails[], id: string): boolean {
  // One that is only about to become a manager decides nothing yet.
  const managers = nodes.filter(({ ManagerStatus }) => ManagerStatus);
  return managers.length === 1 && managers[0]?.ID === id;
}

function nodeStillUpError(state: MemberState, because: string): ResourceError {
  return new ResourceError(
    `${describeHost(state)} does not answer, but the Swarm sees its node: ${because}. ` +
      "Make its engine answer, so that it can leave, or switch the machine off: then it is removed by force",
  );
}

/**
 * Waits until a machine has heard of its role. It is the last to hear, cannot leave before, and need not answer at all.
 * One that is demoted before it has heard of its promotion takes itself for a manager for many seconds to come.
 */
export async function waitForRoleOnHost(state: MemberInputs, role: NodeRole): Promise<void> {
  const timeoutSeconds = state.timeoutSeconds;
  const engine = new Engine(state.connection);
  await waitFor(
    async (deadline) => {
      const manages = (await ignoreUnreachable(engine.info(deadline.cap(30_000))))?.Swarm.ControlAvailable;
      const hasHeard = manages === undefined || manages === (role === "manager");
      return hasHeard ? ready(undefined) : pending(`it is still a ${manages ? "manager" : "worker"}`);
    },
    { subject: describeHost(state), timeoutSeconds },
    (because) =>
      new ResourceError(`${describeHost(state)} did not become a ${role} within ${timeoutSeconds} s: ${because}`),
  );
}
