import type { EngineInfo, NetworkDetails, SwarmInfo, VolumeDetails } from "../../engine/types.ts";
import { LEADERLESS, LOCKED, NOT_A_MANAGER, NOT_IN_SWARM } from "./response.ts";
import type { Application } from "./application.ts";
import { newEngineId, now, RECORDED } from "./recorded.ts";
import type { FakeSwarm } from "./swarm.ts";
import type { Timers, Timing } from "./timing.ts";

/** The environment of all fake engines: timers, application behaviour and each other's addresses. */
export interface Simulation {
  readonly timers: Timers;
  readonly timing: Timing;
  readonly application: Application;
  readonly engines: readonly FakeEngine[];
}

/** How an engine treats clients: it answers, accepts requests without ever answering, or is off. */
export type PowerState = "on" | "hanging" | "off";

/** The engine of one machine, which may be a node of a Swarm. */
export class FakeEngine {
  readonly hostname: string;
  readonly address: string;
  readonly simulation: Simulation;
  readonly images = new Set<string>();
  readonly volumes: VolumeDetails[] = [];
  readonly localNetworks: NetworkDetails[] = structuredClone(RECORDED.outside.networks);
  power: PowerState = "on";
  /** Whether a network partition separates it from the other nodes. */
  isCutOff = false;
  /** Whether it drops join requests of other hosts. */
  isFirewalled = false;
  state: SwarmInfo["LocalNodeState"] = "inactive";
  /** The reason for `state`, as in `docker info`. */
  error = "";
  /** Whether it considers itself a manager: it learns of a role change last. */
  isManager = false;
  swarm: FakeSwarm | undefined;
  nodeId = "";

  constructor(world: Simulation, hostname: string, address: string) {
    this.simulation = world;
    this.hostname = hostname;
    this.address = address;
  }

  /** Whether the other nodes of its Swarm reach it. */
  get isReachable(): boolean {
    return this.power !== "off" && !this.isCutOff && this.state === "active";
  }

  /** Whether it reaches a leader of its Swarm. */
  get hasLeader(): boolean {
    return this.swarm?.leader !== undefined && !this.isCutOff;
  }

  /** Returns the Swarm that it manages. @throws ApiError as an engine does when it cannot. */
  requireSwarm(): FakeSwarm {
    if (this.state === "locked") throw LOCKED;
    if (!this.swarm || this.state !== "active") throw NOT_IN_SWARM;
    if (!this.isManager) throw NOT_A_MANAGER;
    if (!this.hasLeader) throw LEADERLESS;
    return this.swarm;
  }

  /** Switches the machine off: its containers end. */
  stop(): void {
    this.power = "off";
    this.swarm?.engineLost(this);
  }

  /** Switches the machine on. With autolock, a manager waits for the unlock key. */
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

  /** Continues after the right unlock key. */
  unlock(): void {
    this.error = "";
    if (this.swarm) this.#rejoin(this.swarm);
  }

  /** Starts or ends a network partition. Clients reach the engine in either case. */
  cutOff(isCutOff: boolean): void {
    this.isCutOff = isCutOff;
    if (isCutOff) this.swarm?.engineLost(this);
    else this.swarm?.engineReturned(this);
  }

  /** Forgets its Swarm. */
  resetSwarm(): void {
    this.swarm = undefined;
    this.state = "inactive";
    this.error = this.nodeId = "";
    this.isManager = false;
  }

  /** Returns the body of `GET /info`. */
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

/** Creates docker_gwbridge, which an engine gets with its first Swarm. */
export function newGatewayBridge(): NetworkDetails {
  const [bridge] = RECORDED.outside.networks.filter(({ Name }) => Name === "bridge");
  if (!bridge) throw new Error("no bridge was recorded");
  return { ...structuredClone(bridge), Name: "docker_gwbridge", Id: newEngineId(), Created: now() };
}
