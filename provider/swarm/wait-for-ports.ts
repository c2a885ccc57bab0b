import type { SwarmRequirement } from "../../core/requirement.ts";
import type { MachineFacts } from "../preflight/facts/machine.ts";
import type { ClusterSnapshot } from "../preflight/snapshot.ts";
import { isTransientHolder, findTakenPorts } from "../preflight/swarm-ports.ts";
import { ready, pending, waitFor, type PollOptions } from "../runtime/poll.ts";

/**
 * Waits until engines that have just left a Swarm let go of its ports: a host that joins before that has no overlay
 * networks. What is still taken in the end is for the findings.
 *
 * @param lookAgain looks at the machines of hosts, by their keys
 */
export async function waitForReleasedPorts(
  requirement: SwarmRequirement,
  found: ClusterSnapshot,
  lookAgain: (keys: string[]) => Promise<Record<string, MachineFacts>>,
  options: Partial<PollOptions> = {},
): Promise<ClusterSnapshot> {
  let snapshot = found;
  const expired = new Error("the engines keep their ports");
  const attempt = async () => {
    const [first, ...others] = findTakenPorts(requirement, snapshot).filter(isTransientHolder);
    if (!first) return ready(undefined);
    const keys = [...new Set([first, ...others].map(({ key }) => key))];
    snapshot = { ...snapshot, machines: { ...snapshot.machines, ...(await lookAgain(keys)) } };
    return pending(
      `waiting for ${first.port}/tcp of host ${first.key}, which an engine that has left a Swarm lets go of`,
    );
  };
  try {
    await waitFor(
      attempt,
      { subject: requirement.subject, timeoutSeconds: 30, intervalMs: 1_000, ...options },
      () => expired,
    );
  } catch (error) {
    if (error !== expired) throw error;
  }
  return snapshot;
}
