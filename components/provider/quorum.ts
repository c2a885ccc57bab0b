import type { NodeDetails } from "../engine/types.ts";

/**
 * Why a node may not stop being a manager, if it may not: of the managers that would be left, too few answer to decide
 * anything. Losing the quorum is the one thing that no further `up` could mend.
 */
export function quorumProblem(nodes: readonly NodeDetails[], id: string): string | undefined {
  const left = nodes.filter((node) => node.ID !== id && node.ManagerStatus);
  const answering = left.filter((node) => node.ManagerStatus?.Reachability === "reachable");
  const needed = Math.floor(left.length / 2) + 1;
  if (answering.length >= needed) return undefined;
  const silent = left.filter((node) => !answering.includes(node)).map((node) => node.Description.Hostname);
  return (
    `of the ${left.length} managers that would be left ${answering.length} answer and ${needed} have to: ` +
    `bring ${silent.join(", ")} back, or take that one out first`
  );
}
