import type { NodeDetails, SwarmDetails } from "../../engine/types.ts";
import { ApiError } from "./response.ts";
import { newSwarmId } from "./recorded.ts";

/** Returns new join tokens. */
export function newJoinTokens(): SwarmDetails["JoinTokens"] {
  const token = () => `SWMTKN-1-${newSwarmId()}${newSwarmId()}-${newSwarmId()}`;
  return { Worker: token(), Manager: token() };
}

/**
 * Checks that the other managers keep a quorum when a manager is demoted.
 *
 * @param members all managers, as they see each other
 * @throws ApiError if they would lose it
 */
export function requireDemotable({ ID, ManagerStatus }: NodeDetails, members: readonly NodeDetails[]): void {
  const failed = (why: string) => new ApiError(400, `rpc error: code = FailedPrecondition desc = ${why}`);
  const left = members.filter((one) => one.ID !== ID);
  if (left.length === 0) throw failed("attempting to demote the last manager of the swarm");
  if (!ManagerStatus) {
    throw new ApiError(404, "rpc error: code = NotFound desc = can't find manager in raft memberlist");
  }
  const heard = left.filter((one) => one.ManagerStatus?.Reachability === "reachable");
  if (heard.length < Math.floor(left.length / 2) + 1) {
    throw failed("can't remove member from the raft: this would result in a loss of quorum");
  }
}
