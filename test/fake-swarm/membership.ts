import type { SwarmInitRequest, SwarmJoinRequest } from "../../engine/types.ts";
import { type FakeResponse, ALREADY_IN_SWARM, NOT_A_MANAGER, NOT_IN_SWARM, ok, ApiError } from "./response.ts";
import { type FakeEngine, newGatewayBridge } from "./engine.ts";
import { FakeSwarm } from "./swarm.ts";

/* Requests by which an engine enters and leaves a Swarm. */

export function init(engine: FakeEngine, request: SwarmInitRequest): FakeResponse {
  if (engine.state !== "inactive") throw ALREADY_IN_SWARM;
  ensureGatewayBridge(engine);
  return ok(new FakeSwarm(engine.simulation, request).addNode(engine, "manager"));
}

export function join(engine: FakeEngine, { RemoteAddrs, JoinToken }: SwarmJoinRequest): FakeResponse {
  if (engine.state !== "inactive") throw ALREADY_IN_SWARM;
  if (!/^SWMTKN-1-\w+-\w+$/.test(JoinToken)) throw new ApiError(500, "invalid join token");
  const there = RemoteAddrs.map((address) =>
    engine.simulation.engines.find((one) => `${one.address}:2377` === address),
  );
  const manager = there.find((one) => one?.isReachable && !one.isFirewalled && one.isManager && one.hasLeader);
  if (!manager?.swarm)
    return failUnreachable(
      engine,
      there.some((one) => one?.power === "on" && !one.swarm),
    );
  const { Worker, Manager } = manager.swarm.inspect().JoinTokens;
  if (JoinToken !== Worker && JoinToken !== Manager) {
    throw new ApiError(
      400,
      "rpc error: code = InvalidArgument desc = A valid join token is necessary to join this cluster",
    );
  }
  ensureGatewayBridge(engine);
  manager.swarm.addNode(engine, JoinToken === Manager ? "manager" : "worker");
  return ok();
}

/** Fails at once if nothing listens. If nothing answers, the engine continues to try in the background. */
function failUnreachable(engine: FakeEngine, isRefused: boolean): FakeResponse {
  if (isRefused) {
    throw new ApiError(
      503,
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing dial tcp: connect: connection refused"',
    );
  }
  const { timers, timing } = engine.simulation;
  engine.state = "pending";
  timers.after(timing.joinTimeout + timing.joinEnd, () => {
    if (engine.state !== "pending" || engine.swarm) return;
    engine.state = "error";
    engine.error = "rpc error: code = DeadlineExceeded desc = context deadline exceeded";
  });
  const message =
    "Timeout was reached before node joined. The attempt to join the swarm will continue in the background. " +
    'Use the "docker info" command to see the current swarm status of your node.';
  return { status: 503, body: { message }, delayMs: timing.joinTimeout };
}

export function leave(engine: FakeEngine, force: boolean): FakeResponse {
  const { swarm, state, isManager } = engine;
  if (state === "inactive") throw new ApiError(503, "This node is not part of a swarm");
  if (!force && state === "locked") {
    throw new ApiError(
      503,
      "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.",
    );
  }
  if (!force && isManager) throw new ApiError(503, leaveRefusal(engine));
  if (swarm) swarm.engineLeft(engine);
  else engine.resetSwarm();
  return ok();
}

export function unlock(engine: FakeEngine, key: string): FakeResponse {
  if (engine.state !== "locked") {
    if (!engine.swarm) throw NOT_IN_SWARM;
    if (!engine.isManager) throw NOT_A_MANAGER;
    throw new ApiError(409, "swarm is not locked");
  }
  if (key !== engine.swarm?.unlockKey) {
    throw new ApiError(401, "swarm could not be unlocked: invalid key provided");
  }
  engine.unlock();
  return ok();
}

/** Returns a manager's error for a request to leave without `--force`. */
function leaveRefusal({ swarm }: FakeEngine): string {
  const members = swarm?.raftMembers().map((node) => swarm.asSeenByManagers(node)) ?? [];
  const reachable = members.filter(({ ManagerStatus }) => ManagerStatus?.Reachability === "reachable").length;
  const why = "You are attempting to leave the swarm on a node that is participating as a manager. ";
  if (members.length === 1) {
    return `${why}Removing the last manager erases all current state of the swarm. Use \`--force\` to ignore this message. `;
  }
  const isLoss = reachable - 1 < Math.floor(members.length / 2) + 1;
  const loss =
    `Removing this node leaves ${reachable - 1} managers out of ${members.length}. ` +
    "Without a Raft quorum your swarm will be inaccessible. ";
  return (
    `${why}${isLoss ? loss : ""}The only way to restore a swarm that has lost consensus is to reinitialize it with ` +
    "`--force-new-cluster`. Use `--force` to suppress this message."
  );
}

/** Creates docker_gwbridge if it does not exist. Docker does not remove it with the Swarm. */
function ensureGatewayBridge({ localNetworks }: FakeEngine): void {
  if (!localNetworks.some(({ Name }) => Name === "docker_gwbridge")) localNetworks.push(newGatewayBridge());
}
