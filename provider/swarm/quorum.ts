import type { NodeDetails } from "../../engine/types.ts";

/**
 * Returns why a node must stay a manager: the remaining managers would have no quorum. Undefined if it may be demoted.
 * No later `up` could repair a lost quorum.
 */
export function demotionProblem(nodes: readonly NodeDetails[], id: string): string | undefined {
  const remaining = nodes.filter((node) => node.ID !== id && node.ManagerStatus);
  const { reachable, unreachable } = countReachable(remaining);
  const needed = quorumSize(remaining.length);
  if (reachable >= needed) return undefined;
  return (
    `only ${reachable} of the ${remaining.length} remaining managers would be reachable, and a quorum needs ${needed}: ` +
    `bring back or remove ${unreachable.join(", ")} first`
  );
}

/**
 * Returns why a manager must not stop, even temporarily: the other reachable ones would have no quorum meanwhile. With
 * one or two managers, stopping one always loses the quorum, so that is not reported as a problem.
 */
export function downtimeProblem(nodes: readonly NodeDetails[], id: string): string | undefined {
  const managers = nodes.filter((node) => node.ManagerStatus);
  if (managers.length < 3 || !managers.some(({ ID }) => ID === id)) return undefined;
  const { reachable, unreachable } = countReachable(managers.filter(({ ID }) => ID !== id));
  const needed = quorumSize(managers.length);
  if (reachable >= needed) return undefined;
  return (
    `without it, only ${reachable} of ${managers.length} managers are reachable, and a quorum needs ${needed}: ` +
    `bring ${unreachable.join(", ")} back first`
  );
}

const quorumSize = (managers: number) => Math.floor(managers / 2) + 1;

function countReachable(managers: readonly NodeDetails[]): { reachable: number; unreachable: string[] } {
  const unreachable = managers.filter((node) => node.ManagerStatus?.Reachability !== "reachable");
  return {
    reachable: managers.length - unreachable.length,
    unreachable: unreachable.map((node) => node.Description.Hostname),
  };
}
