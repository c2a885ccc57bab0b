import type { EngineInfo, NetworkDetails, SwarmInfo, VolumeDetails } from "../../engine/types.ts";
import { LEADERLESS, LOCKED, NO_MANAGER, NO_SWARM } from "./answer.ts";
import type { Application } from "./application.ts";
import { engineId, now, RECORDED } from "./recorded.ts";
import type { FakeSwarm } from "./swarm.ts";
import type { Timers, Timing } from "./timing.ts";

/** What engines share: time, and each other's addresses. */
export interface World {
  readonly timers: Timers;
  readonly timing: Timing;
  readonly application: Application;
  readonly engines: readonly FakeEngine[];
}

/** How an engine treats a client: it answers, takes every request and says nothing, or is not there. */
export type Power = "on" | "silent" | "off";

/** One engine: a machine's, which may be a node of a Swarm. */
export class FakeEngine {
  readonly hostname: string;
  readonly address: string;
  readonly world: World;
  readonly images = new Set<string>();
  readonly volumes: VolumeDetails[] = [];
  readonly localNetworks: NetworkDetails[] = structuredClone(RECORDED.outside.networks);
  power: Power = "on";
  /** Whether the other managers do not hear it, and it does not hear them. */
  isCutOff = false;
  /** Whether it drops what hosts send that want to join through it. */
  isFirewalled = false;
  state: SwarmInfo["LocalNodeState"] = "inactive";
  /** Why it is in that state. */
  error = "";
  /** Whether it takes itself for a manager: it is the last to hear of a change. */
  manages = false;
  swarm: FakeSwarm | undefined;
  nodeId = "";

  constructor(world: World, hostname: string, address: string) {
    this.world = world;
    this.hostname = hostname;
    this.address = address;
  }

  /** Whether others reach it, as a member of their Swarm. */
  get isHeard(): boolean {
    return this.power !== "off" && !this.isCutOff && this.state === "active";
  }

  /** Whether it hears a leader of its Swarm. */
  get hasLeader(): boolean {
    return this.swarm?.leader !== undefined && !this.isCutOff;
  }

  /** The Swarm that it manages, if it can do so now. */
  managed(): FakeSwarm {
    if (this.state === "locked") throw LOCKED;
    if (!this.swarm || this.state !== "active") throw NO_SWARM;
    if (!this.manages) throw NO_MANAGER;
    if (!this.hasLeader) throw LEADERLESS;
    return this.swarm;
  }

  /** Cuts its power: its containers end, and what it was about to do. */
  stop(): void {
    this.power = "off";
    this.swarm?.lost(this);
  }

  /** Gives it its power back. A manager of a locked Swarm waits for the key. */
  start(): void {
    const { swarm } = this;
    this.power = "on";
    if (!swarm) return;
    if (swarm.isLocking && this.manages) {
      this.state = "locked";
      this.error = LOCKED.message;
      return;
    }
    this.state = "pending";
    this.world.timers.after(this.world.timing.boot, () => this.#back(swarm));
  }

  /** The key was right. */
  unlocked(): void {
    this.error = "";
    if (this.swarm) this.#back(this.swarm);
  }

  /** Cuts it off from the other managers, or connects it again; clients reach it all the same. */
  cutOff(isCutOff: boolean): void {
    this.isCutOff = isCutOff;
    if (isCutOff) this.swarm?.lost(this);
    else this.swarm?.found(this);
  }

  /** It is in no Swarm any more. */
  outside(): void {
    this.swarm = undefined;
    this.state = "inactive";
    this.error = this.nodeId = "";
    this.manages = false;
  }

  /** What `GET /info` says. */
  info(): EngineInfo {
    const { info } = this.state === "inactive" ? RECORDED.outside : RECORDED.inside;
    return { ...info, ID: `engine-${this.hostname}`, Name: this.hostname, SystemTime: now(), Swarm: this.#swarmInfo() };
  }

  #swarmInfo(): SwarmInfo & { Nodes?: number; Managers?: number } {
    const { swarm, state, nodeId, error, manages } = this;
    if (!swarm || state !== "active") {
      return { ...RECORDED.outside.info.Swarm, NodeID: nodeId, LocalNodeState: state, Error: error };
    }
    const info = {
      ...{ NodeID: nodeId, NodeAddr: this.address, LocalNodeState: state, ControlAvailable: manages, Error: error },
      RemoteManagers: swarm.members().map(({ ID, ManagerStatus }) => ({ NodeID: ID, Addr: ManagerStatus?.Addr ?? "" })),
    };
    if (!manages) return info;
    const counts = { Nodes: swarm.nodes.size, Managers: swarm.members().length };
    if (!this.hasLeader) return { ...info, Error: LEADERLESS.message, Cluster: { ID: "" } };
    const { JoinTokens: _tokens, ...cluster } = swarm.details();
    return { ...info, ...counts, Cluster: { ...cluster } };
  }

  #back(swarm: FakeSwarm): void {
    if (this.power !== "on" || this.swarm !== swarm) return;
    this.state = "active";
    swarm.found(this);
  }
}

/** Docker's bridge for Swarm tasks, which comes to an engine with its first Swarm. */
export function gatewayBridge(): NetworkDetails {
  const [bridge] = RECORDED.outside.networks.filter(({ Name }) => Name === "bridge");
  if (!bridge) throw new Error("no bridge was recorded");
  return { ...structuredClone(bridge), Name: "docker_gwbridge", Id: engineId(), Created: now() };
}
