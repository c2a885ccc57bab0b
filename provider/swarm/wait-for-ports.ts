import type { SwarmRequirement } from "../../core/requirement.ts";
import type { MachineFacts } from "../preflight/facts/machine.ts";
import type { ClusterSnapshot } from "../preflight/snapshot.ts";
import { isTransientHolder, findTakenPorts } from "../preflight/swarm-ports.ts";
import { ready, pending, waitFor, type PollOptions } from "../runtime/poll.ts";

/**
 * Waits up to 30 s until engines that have just left a Swarm release its ports: a host that joins before that has no
 * overlay networks. Returns the updated snapshot; the preflight's checks report ports that are still taken.
 *
 * @param inspectMachines inspects hosts again, by their keys
 */
export async function waitForReleasedPorts(
  requirement: SwarmRequirement,
  initial: ClusterSnapshot,
  inspectMachines: (keys: string[]) => Promise<Record<string, MachineFacts>>,
  options: Partial<PollOptions> = {},
): Promise<ClusterSnapshot> {
  let snapshot = initial;
  const expired = new Error("the engines keep their ports");
  const attempt = async () => {
    const [first, ...others] = findTakenPorts(requirement, snapshot).filter(isTransientHolder);
    if (!first) return ready(undefined);
    const keys = [...new Set([first, ...others].map(({ key }) => key))];
    snapshot = { ...snapshot, machines: { ...snapshot.machines, ...(await inspectMachines(keys)) } };
    return pending(
      `waiting until the engine of host ${first.key}, which has left a Swarm, releases port ${first.port}/tcp`,
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
