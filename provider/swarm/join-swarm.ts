import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { isJoinContinuing, isJoinUnreachable } from "../../engine/errors.ts";
import { swarmAddress } from "../../core/swarm-address.ts";
import type { NodeDetails, SwarmJoinRequest } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { withManager, optionalManagerFinder, managerFinder } from "./with-manager.ts";
import { logLine } from "../runtime/log-line.ts";
import type { MemberInputs } from "./member-inputs.ts";
import { setRole, MANAGER_FILTER } from "./node-operations.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/** How long demoting a node may take when its join is rolled back, in seconds. */
const ROLLBACK_SECONDS = 20;

/**
 * Joins an engine to the Swarm. Returns false if it is already a node of it.
 *
 * @throws ResourceError when it is in another Swarm, or cannot join. A failed join is rolled back.
 */
export async function joinSwarm(engine: Engine, inputs: MemberInputs): Promise<boolean> {
  const { LocalNodeState: state, NodeID } = await waitForStartup(engine, inputs);
  const find = managerFinder(inputs);
  const subject = `${describeHost(inputs)} joining`;
  if (state !== "inactive") {
    if (await withManager(subject, find, (manager) => undefinedIfNotFound(manager.inspectNode(NodeID)))) return false;
    throw new ResourceError(
      `${describeHost(inputs)} is in another Swarm (${state}): leave it there with \`docker swarm leave\`, ` +
        "then run `pulumi up` again",
    );
  }
  const { swarm, nodes } = await withManager(subject, find, async (manager) => ({
    swarm: await manager.inspectSwarm(),
    nodes: await manager.listNodes(MANAGER_FILTER),
  }));
  const { Worker, Manager } = swarm.JoinTokens;
  const request = {
    ListenAddr: swarmAddress(inputs.advertiseAddress),
    AdvertiseAddr: inputs.advertiseAddress,
    DataPathAddr: inputs.dataPathAddress,
    RemoteAddrs: reachableAddresses(nodes),
    JoinToken: inputs.role === "manager" ? Manager : Worker,
  };
  try {
    await joinWithRetries(engine, inputs, request);
    return true;
  } catch (error) {
    await rollBackJoin(engine, inputs).catch((problem: unknown) => logLine(errorMessage(problem)));
    throw new ResourceError(`${describeHost(inputs)} cannot join the Swarm: ${errorMessage(error)}`);
  }
}

/** Joins within `timeoutSeconds`, and tries again whenever the engine has given up. */
function joinWithRetries(engine: Engine, inputs: MemberInputs, request: SwarmJoinRequest): Promise<void> {
  const { timeoutSeconds } = inputs;
  let because = "no manager has accepted it";
  return waitFor(
    async () => {
      const { LocalNodeState: state, Error: reason } = (await engine.info()).Swarm;
      if (state === "active") return ready(undefined);
      because = reason || because;
      if (state === "pending") return pending(because);
      await rollBackJoin(engine, inputs);
      try {
        return ready(await engine.joinSwarm(request));
      } catch (error) {
        if (isJoinUnreachable(error)) because = errorMessage(error);
        // The engine continues the join in the background for some seconds, and then gives up.
        else if (!isJoinContinuing(error)) throw error;
        return pending(because);
      }
    },
    { subject: `${describeHost(inputs)} joining`, timeoutSeconds: timeoutSeconds },
    () =>
      new ResourceError(
        `not within timeoutSeconds ${timeoutSeconds} (${because}): check that it can reach ` +
          `${request.RemoteAddrs.join(", ")}, or increase the Swarm's timeoutSeconds`,
      ),
  );
}

/** Returns the addresses of reachable managers only, because an engine may keep trying a single unreachable one. */
function reachableAddresses(nodes: readonly NodeDetails[]): string[] {
  return nodes.flatMap(({ ManagerStatus: status }) => (status?.Reachability === "reachable" ? [status.Addr] : []));
}

/** Returns the host's name for messages. */
export function describeHost({ hostKey, connection }: Pick<MemberInputs, "hostKey" | "connection">): string {
  return hostKey === undefined ? `the engine at ${connection.host}` : `host ${hostKey} (engine ${connection.host})`;
}

/** Returns the engine's view of its Swarm, once it has finished starting. */
function waitForStartup(engine: Engine, inputs: MemberInputs) {
  return waitFor(
    async () => {
      const { Swarm } = await engine.info();
      return Swarm.LocalNodeState === "pending" ? pending("its node is still starting") : ready(Swarm);
    },
    { subject: describeHost(inputs), timeoutSeconds: inputs.timeoutSeconds },
    (because) =>
      new ResourceError(
        `${describeHost(inputs)}: ${because} after ${inputs.timeoutSeconds} s: ` +
          "wait, or run `docker swarm leave --force` on it",
      ),
  );
}

/** Removes the remains of a failed join: a manager that never answers would still count for the quorum. */
async function rollBackJoin(engine: Engine, inputs: MemberInputs): Promise<void> {
  const { LocalNodeState: state, NodeID } = (await engine.info()).Swarm;
  if (state === "inactive") return;
  const find = managerFinder(inputs);
  const subject = describeHost(inputs);
  const node = NodeID
    ? await withManager(subject, find, (manager) => undefinedIfNotFound(manager.inspectNode(NodeID)))
    : undefined;
  await engine.leaveSwarm(true);
  if (!node) return;
  await setRole(find, node.ID, "worker", ROLLBACK_SECONDS);
  await withManager(subject, optionalManagerFinder(inputs), async (manager) => {
    if (manager) await undefinedIfNotFound(manager.removeNode(node.ID, true));
  });
}
