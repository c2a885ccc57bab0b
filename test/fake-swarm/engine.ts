import type { EngineInfo, NetworkDetails, SwarmInfo, VolumeDetails } from "../../engine/types.ts";
import { LEADERLESS, LOCKED, NOT_A_MANAGER, NOT_IN_SWARM } from "./response.ts";
import type { Application } from "./application.ts";
import { newEngineId, now, RECORDED } from "./recorded.ts";
import type { FakeSwarm } from "./swarm.ts";
import type { Timers, Timing } from "./timing.ts";

/** What engines share: time, and each other's addresses. */
export interface Simulation {
  readonly timers: Timers;
  readonly timing: Timing;
  readonly application: Application;
  readonly engines: readonly FakeEngine[];
}

/** How an engine treats a client: it answers, takes every request and says nothing, or is not there. */
export type PowerState = "on" | "hanging" | "off";

/** One engine: a machine's, which may be a node of a Swarm. */
export class FakeEngine {
  readonly hostname: string;
  readonly address: string;
  readonly simulation: Simulation;
  readonly images = new Set<string>();
  readonly volumes: VolumeDetails[] = [];
  readonly localNetworks: NetworkDetails[] = structuredClone(RECORDED.outside.networks);
  power: PowerState = "on";
  /** Whether the other managers do not hear it, and it does not hear them. */
  isCutOff = false;
  /** Whether it drops what hosts send that want to join through it. */
  isFirewalled = false;
  state: SwarmInfo["LocalNodeState"] = "inactive";
  /** Why it is in that state. */
  error = "";
  /** Whether it takes itself for a manager: it is the last to hear of a change. */
  isManager = false;
  swarm: FakeSwarm | undefined;
  nodeId = "";

  constructor(world: Simulation, hostname: string, address: string) {
    this.simulation = world;
    this.hostname = hostname;
    this.address = address;
  }

  /** Whether others reach it, as a member of their Swarm. */
  get isReachable(): boolean {
    return this.power !== "off" && !this.isCutOff && this.state === "active";
  }

  /** Whether it hears a leader of its Swarm. */
  get hasLeader(): boolean {
    return this.swarm?.leader !== undefined && !this.isCutOff;
  }

  /** The Swarm that it manages, if it can do so now. */
  requireSwarm(): FakeSwarm {
    if (this.state === "locked") throw LOCKED;
    if (!this.swarm || this.state !== "active") throw NOT_IN_SWARM;
    if (!this.isManager) throw NOT_A_MANAGER;
    if (!this.hasLeader) throw LEADERLESS;
    return this.swarm;
  }

  /** Cuts its power: its containers end, and what it was about to do. */
  stop(): void {
    this.power = "off";
    this.swarm?.engineLost(this);
  }

  /** Gives it its power back. A manager of a locked Swarm waits for the key. */
  start(): void {
    const { swarm } = this;
    this.power = "on";
    if (!swarm) return;
    if (swarm.hasAutolock && this.isManager) {
      this.state = "locked";
      this.error = LOCKED.message;
      return;
    }
    this.state = "pending";
    this.simulation.timers.after(this.simulation.timing.boot, () => this.#rejoin(swarm));
  }

  /** The key was right. */
  unlock(): void {
    this.error = "";
    if (this.swarm) this.#rejoin(this.swarm);
  }

  /** Cuts it off from the other managers, or connects it again; clients reach it all the same. */
  cutOff(isCutOff: boolean): void {
    this.isCutOff = isCutOff;
    if (isCutOff) this.swarm?.engineLost(this);
    else this.swarm?.engineReturned(this);
  }

  /** It is in no Swarm any more. */
  resetSwarm(): void {
    this.swarm = undefined;
    this.state = "inactive";
    this.error = this.nodeId = "";
    this.isManager = false;
  }

  /** What `GET /info` says. */
  info(): EngineInfo {
    const { info } = this.state === "inactive" ? RECORDED.outside : RECORDED.inside;
    return { ...info, ID: `engine-${this.hostname}`, Name: this.hostname, SystemTime: now(), Swarm: this.#swarmInfo() };
  }

  #swarmInfo(): SwarmInfo & { Nodes?: number; Managers?: number } {
    const { swarm, state, nodeId, error, isManager } = this;
    if (!swarm || state !== "active") {
      return { ...RECORDED.outside.info.Swarm, NodeID: nodeId, LocalNodeState: state, Error: error };
    }
    const info = {
      ...{ NodeID: nodeId, NodeAddr: this.address, LocalNodeState: state, ControlAvailable: isManager, Error: error },
      RemoteManagers: swarm
        .raftMembers()
        .map(({ ID, ManagerStatus }) => ({ NodeID: ID, Addr: ManagerStatus?.Addr ?? "" })),
    };
    if (!isManager) return info;
    const counts = { Nodes: swarm.nodes.size, Managers: swarm.raftMembers().length };
    if (!this.hasLeader) return { ...info, Error: LEADERLESS.message, Cluster: { ID: "" } };
    const { JoinTokens: _tokens, ...cluster } = swarm.inspect();
    return { ...info, ...counts, Cluster: { ...cluster } };
  }

  #rejoin(swarm: FakeSwarm): void {
    if (this.power !== "on" || this.swarm !== swarm) return;
    this.state = "active";
    swarm.engineReturned(this);
  }
}

/** Docker's bridge for Swarm tasks, which comes to an engine with its first Swarm. */
export function newGatewayBridge(): NetworkDetails {
  const [bridge] = RECORDED.outside.networks.filter(({ Name }) => Name === "bridge");
  if (!bridge) throw new Error("no bridge was recorded");
  return { ...structuredClone(bridge), Name: "docker_gwbridge", Id: newEngineId(), Created: now() };
}
