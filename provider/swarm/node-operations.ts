import { Deadline } from "../../engine/deadline.ts";
import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { isRoleChangeRejected } from "../../engine/errors.ts";
import type { NodeDetails, NodeRole, NodeSpec } from "../../engine/types.ts";
import { withManager, type FindManager, waitWithManager } from "./with-manager.ts";
import { demotionProblem } from "./quorum.ts";
import { retryOnVersionConflict } from "./optimistic-update.ts";
import { ready, pending } from "../runtime/poll.ts";
import { deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

/** Lists managers only: this runs for every node that joins or leaves, and a large Swarm has a long list of nodes. */
export const MANAGER_FILTER = { role: ["manager"] };

/** Interval for polling a node that joins or changes, in milliseconds: it takes tenths of a second. */
export const NODE_POLL_INTERVAL_MS = 200;

/** How long managers may take to reach each other again after a change among them, in seconds. */
const QUORUM_SECONDS = 20;

/**
 * Changes a node's spec. The API only takes complete specs.
 *
 * @param inspected the node as it was just inspected, to save another request @default - it is inspected
 */
export function updateNodeSpec(
  manager: Engine,
  id: string,
  change: (spec: NodeSpec) => NodeSpec,
  inspected?: NodeDetails,
): Promise<void> {
  let known = inspected;
  return retryOnVersionConflict(async () => {
    const { Spec, Version } = known ?? (await manager.inspectNode(id));
    known = undefined;
    const wanted = change(Spec);
    if (!deepEqual(Spec, wanted)) await manager.updateNode(id, Version.Index, wanted);
  });
}

/**
 * Promotes or demotes a node and waits until the managers have completed it: until then, they reject the next change.
 *
 * @param find must find another manager when it has found this node, which may stop being a manager
 */
export async function setRole(find: FindManager, id: string, role: NodeRole, timeoutSeconds: number): Promise<void> {
  const outerDeadline = new Deadline(timeoutSeconds);
  if (role === "worker") await waitForQuorumWithout(find, id, outerDeadline);
  await waitWithManager(
    find,
    async (manager) => {
      await updateNodeSpec(manager, id, (spec) => ({ ...spec, Role: role }));
      const { ManagerStatus } = await manager.inspectNode(id);
      const isSettled = role === "manager" ? ManagerStatus?.Reachability === "reachable" : !ManagerStatus;
      return isSettled ? ready(undefined) : pending(`the managers have not completed its change to ${role}`);
    },
    {
      subject: `node ${id} becoming a ${role}`,
      timeoutSeconds,
      outerDeadline,
      intervalMs: NODE_POLL_INTERVAL_MS,
      isRetryable: isRoleChangeRejected,
    },
    (because) => new ResourceError(`node ${id} did not become a ${role} within ${timeoutSeconds} s: ${because}`),
  );
}

/** Drains a node and waits until none of its tasks runs. */
export async function drainNode(find: FindManager, id: string, timeoutSeconds: number): Promise<void> {
  const outerDeadline = new Deadline(timeoutSeconds);
  const drain = (manager: Engine) => updateNodeSpec(manager, id, (spec) => ({ ...spec, Availability: "drain" }));
  await withManager(`draining node ${id}`, find, drain, { timeoutSeconds, outerDeadline });
  await waitForDrained(find, id, timeoutSeconds, outerDeadline);
}

/** Waits until no task runs on a node that is being drained. */
export async function waitForDrained(
  find: FindManager,
  id: string,
  timeoutSeconds: number,
  outerDeadline?: Deadline,
): Promise<void> {
  await waitWithManager(
    find,
    async (manager) => {
      const tasks = await manager.listTasks({ node: [id] });
      const running = tasks.filter((task) => task.Status.State === "running");
      return running.length === 0 ? ready(undefined) : pending(`tasks still running there: ${running.length}`);
    },
    { subject: `draining node ${id}`, timeoutSeconds, outerDeadline },
    (because) => new ResourceError(`node ${id} was not drained within ${timeoutSeconds} s: ${because}`),
  );
}

/** Waits until the other managers have a quorum without this node, if it is a manager. */
async function waitForQuorumWithout(find: FindManager, id: string, outerDeadline: Deadline): Promise<void> {
  await waitWithManager(
    find,
    async (manager) => {
      const nodes = await manager.listNodes(MANAGER_FILTER);
      const node = nodes.find(({ ID }) => ID === id);
      const problem = node?.ManagerStatus && demotionProblem(nodes, id);
      return problem === undefined ? ready(undefined) : pending(problem);
    },
    { subject: `node ${id} becoming a worker`, timeoutSeconds: QUORUM_SECONDS, outerDeadline },
    (because) => new ResourceError(`node ${id} has to stay a manager: ${because}`),
  );
}

/** Waits until the managers see a node as down, or it is removed. */
export async function waitForNodeDown(
  find: FindManager,
  id: string,
  timeoutSeconds: number,
  expired: (because: string) => ResourceError,
): Promise<void> {
  await waitWithManager(
    find,
    async (manager) => {
      const node = await undefinedIfNotFound(manager.inspectNode(id));
      return !node || node.Status.State === "down" ? ready(undefined) : pending(`it is still ${node.Status.State}`);
    },
    { subject: `node ${id}`, timeoutSeconds },
    expired,
  );
}
