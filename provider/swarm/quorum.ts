import type { NodeDetails } from "../../engine/types.ts";

/**
 * Why a node may not stop being a manager, if it may not: of the managers that would be left, too few answer to decide
 * anything. Losing the quorum is the one thing that no further `up` could mend.
 */
export function demotionProblem(nodes: readonly NodeDetails[], id: string): string | undefined {
  const left = nodes.filter((node) => node.ID !== id && node.ManagerStatus);
  const { answering, silent } = countReachable(left);
  const needed = quorumSize(left.length);
  if (answering >= needed) return undefined;
  return (
    `of the ${left.length} managers that would be left ${answering} answer and ${needed} have to: ` +
    `bring ${silent.join(", ")} back, or take that one out first`
  );
}

/**
 * Why a manager may not be away for a while, if it may not: the others that answer are too few to decide anything until
 * it is back. One or two managers can never spare one; that is no fault that could be mended first.
 */
export function downtimeProblem(nodes: readonly NodeDetails[], id: string): string | undefined {
  const managers = nodes.filter((node) => node.ManagerStatus);
  if (managers.length < 3 || !managers.some(({ ID }) => ID === id)) return undefined;
  const { answering, silent } = countReachable(managers.filter(({ ID }) => ID !== id));
  const needed = quorumSize(managers.length);
  if (answering >= needed) return undefined;
  return `without it ${answering} of ${managers.length} managers answer and ${needed} have to: bring ${silent.join(", ")} back first`;
}

const quorumSize = (managers: number) => Math.floor(managers / 2) + 1;

function countReachable(managers: readonly NodeDetails[]): { answering: number; silent: string[] } {
  const silent = managers.filter((node) => node.ManagerStatus?.Reachability !== "reachable");
  return { answering: managers.length - silent.length, silent: silent.map((node) => node.Description.Hostname) };
}
