import type {
  NetworkDetails,
  NodeDetails,
  NodeSpec,
  SecretDetails,
  SwarmDetails,
  SwarmInitRequest,
  SwarmSpec,
} from "../../engine/types.ts";
import { notFound, OUT_OF_SEQUENCE, ApiError } from "./response.ts";
import type { FakeEngine, Simulation } from "./engine.ts";
import { now, RECORDED, newSwarmId } from "./recorded.ts";
import { newJoinTokens, requireDemotable } from "./roles.ts";
import { Services } from "./services.ts";

/** A Swarm: the state that its managers share. */
export class FakeSwarm {
  readonly id = newSwarmId();
  readonly simulation: Simulation;
  readonly nodes = new Map<string, NodeDetails>();
  readonly secrets = new Map<string, SecretDetails>();
  readonly configs = new Map<string, SecretDetails>();
  readonly networks = new Map<string, NetworkDetails>();
  readonly services: Services;
  /** Id of the leader. Undefined during an election or without a quorum. */
  leader: string | undefined;
  unlockKey = `SWMKEY-1-${newSwarmId()}`;
  readonly #details: SwarmDetails;
  #index = 10;
  #isElecting = false;

  constructor(world: Simulation, { Spec, DataPathPort, DefaultAddrPool, SubnetSize }: SwarmInitRequest) {
    this.simulation = world;
    const recorded = structuredClone(RECORDED.inside.swarm);
    const asked = Object.entries({ DataPathPort, DefaultAddrPool, SubnetSize }).filter(([, value]) => value);
    this.#details = {
      ...{ ...recorded, ...Object.fromEntries(asked), ID: this.id, CreatedAt: now(), JoinTokens: newJoinTokens() },
      ...{ Version: this.nextVersion(), Spec: { ...recorded.Spec, ...Spec } },
    };
    this.services = new Services(this);
    for (const network of RECORDED.inside.networks.filter(({ Ingress }) => Ingress)) {
      const Id = newSwarmId();
      this.networks.set(Id, { ...structuredClone(network), Id, Created: now() });
    }
  }

  inspect(): SwarmDetails {
    return structuredClone(this.#details);
  }

  get hasAutolock(): boolean {
    return this.#details.Spec.EncryptionConfig?.AutoLockManagers === true;
  }

  get taskHistory(): number {
    return this.#details.Spec.Orchestration?.TaskHistoryRetentionLimit ?? 5;
  }

  /** Returns the version for an object that is being written. */
  nextVersion(): { Index: number } {
    this.#index += 1;
    return { Index: this.#index };
  }

  update(version: number, spec: SwarmSpec, rotate: (what: string) => boolean): void {
    if (version !== this.#details.Version.Index) throw OUT_OF_SEQUENCE;
    const { Worker, Manager } = newJoinTokens();
    if (rotate("rotateWorkerToken")) this.#details.JoinTokens.Worker = Worker;
    if (rotate("rotateManagerToken")) this.#details.JoinTokens.Manager = Manager;
    if (rotate("rotateManagerUnlockKey")) this.unlockKey = `SWMKEY-1-${newSwarmId()}`;
    this.#details.Spec = spec;
    this.#details.Version = this.nextVersion();
  }

  /** Returns the members of the Raft group: nodes whose promotion is complete. */
  raftMembers(): NodeDetails[] {
    return [...this.nodes.values()].filter(({ ManagerStatus }) => ManagerStatus);
  }

  /** Returns the engine of a node, if the engine still considers itself that node. */
  engineOf(id: string | undefined): FakeEngine | undefined {
    return this.simulation.engines.find(({ swarm, nodeId }) => swarm === this && nodeId === id);
  }

  /** Returns a node with the reachability that the managers see. */
  asSeenByManagers(getNode: NodeDetails): NodeDetails {
    const { ManagerStatus } = getNode;
    if (!ManagerStatus) return getNode;
    const Reachability = this.#isReachable(getNode) ? "reachable" : "unreachable";
    const Leader = this.leader === getNode.ID ? { Leader: true } : {};
    return { ...getNode, ManagerStatus: { ...Leader, Reachability, Addr: ManagerStatus.Addr } };
  }

  node(id: string): NodeDetails {
    const named = [...this.nodes.values()].filter(({ Description }) => Description.Hostname === id);
    const node = this.nodes.get(id) ?? (named.length === 1 ? named[0] : undefined);
    if (!node) throw notFound("node", id);
    return node;
  }

  updateNode(id: string, version: number, spec: NodeSpec): void {
    const node = this.node(id);
    if (version !== node.Version.Index) throw OUT_OF_SEQUENCE;
    if (node.Spec.Role === "manager" && spec.Role === "worker")
      requireDemotable(
        node,
        this.raftMembers().map((one) => this.asSeenByManagers(one)),
      );
    node.Spec = { ...spec, Labels: spec.Labels ?? {} };
    node.Version = this.nextVersion();
    this.#reconcileRole(node);
    this.services.reconcile();
  }

  removeNode(id: string, force: boolean): void {
    const node = this.node(id);
    const refused = (why: string) => new ApiError(400, `rpc error: code = FailedPrecondition desc = node ${id} ${why}`);
    if (node.ManagerStatus) {
      throw refused(
        "is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal",
      );
    }
    if (!force && node.Status.State !== "down") throw refused("is not down and can't be removed");
    this.nodes.delete(node.ID);
    this.engineOf(node.ID)?.resetSwarm();
    this.services.nodeGone(node.ID);
  }

  /** Makes an engine a node, and returns the node's id. */
  addNode(engine: FakeEngine, role: "manager" | "worker"): string {
    const recorded = structuredClone(RECORDED.inside.node);
    const node: NodeDetails = {
      ...{ ...recorded, ID: newSwarmId(), Version: this.nextVersion(), Spec: { ...recorded.Spec, Role: role } },
      Description: { ...recorded.Description, Hostname: engine.hostname },
      Status: { State: "unknown", Addr: engine.address },
      ManagerStatus: undefined,
    };
    this.nodes.set(node.ID, node);
    Object.assign(engine, { swarm: this, nodeId: node.ID, state: "active", error: "", isManager: role === "manager" });
    if (role === "manager") node.ManagerStatus = { Reachability: "reachable", Addr: `${engine.address}:2377` };
    this.leader ??= this.nodes.size === 1 ? node.ID : undefined;
    this.#scheduleReady(engine);
    return node.ID;
  }

  /** An engine left the Swarm. Workers tell the managers; a manager's node goes down only after missed heartbeats. */
  engineLeft(engine: FakeEngine): void {
    const { nodeId } = engine;
    engine.resetSwarm();
    const node = this.nodes.get(nodeId);
    if (!node) return;
    if (node.ManagerStatus) this.#scheduleDown(node);
    else this.#markDown(node);
    this.elect();
  }

  /** An engine became unreachable. */
  engineLost(engine: FakeEngine): void {
    const node = this.nodes.get(engine.nodeId);
    if (node) this.#scheduleDown(node);
    this.services.engineStopped(engine.nodeId);
    this.elect();
  }

  /** An engine is reachable again. */
  engineReturned(engine: FakeEngine): void {
    this.elect();
    this.#scheduleReady(engine);
  }

  /** Removes an unreachable leader, and elects a new one if the managers have a quorum. */
  elect(): void {
    const heard = this.raftMembers().filter((node) => this.#isReachable(node));
    const hasQuorum = heard.length >= Math.floor(this.raftMembers().length / 2) + 1;
    if (hasQuorum && heard.some(({ ID }) => ID === this.leader)) return;
    this.leader = undefined;
    if (!hasQuorum || this.#isElecting) return;
    this.#isElecting = true;
    this.simulation.timers.after(this.simulation.timing.election, () => {
      this.#isElecting = false;
      const [first] = this.raftMembers().filter((node) => this.#isReachable(node));
      this.leader = first?.ID;
      this.elect();
      this.services.reconcile();
    });
  }

  /** The leader steps down, as it does under load; the managers elect a new one. */
  loseLeader(): void {
    this.leader = undefined;
    this.elect();
  }

  #isReachable({ ID }: NodeDetails): boolean {
    return this.engineOf(ID)?.isReachable === true;
  }

  #scheduleReady(engine: FakeEngine): void {
    const { nodeId } = engine;
    this.simulation.timers.after(this.simulation.timing.ready, () => {
      const node = this.nodes.get(nodeId);
      if (!node || !this.#isReachable(node)) return;
      node.Status.State = "ready";
      node.Version = this.nextVersion();
      engine.isManager = node.ManagerStatus !== undefined;
      this.#reconcileRole(node);
      this.services.nodeReady(nodeId);
    });
  }

  /** Marks a node as down if it stays unreachable for the heartbeat period. */
  #scheduleDown(node: NodeDetails): void {
    this.simulation.timers.after(this.simulation.timing.heartbeat, () => {
      if (this.nodes.has(node.ID) && !this.#isReachable(node)) this.#markDown(node);
    });
  }

  #markDown(node: NodeDetails): void {
    node.Status.State = "down";
    node.Version = this.nextVersion();
    this.services.nodeDown(node.ID);
  }

  /** Completes a role change after a while. The node's engine learns of it last. */
  #reconcileRole(node: NodeDetails): void {
    const { timers, timing } = this.simulation;
    const isManager = () => node.Spec.Role === "manager";
    if (isManager() === (node.ManagerStatus !== undefined)) return;
    timers.after(timing.role, () => {
      if (isManager() === (node.ManagerStatus !== undefined) || (isManager() && !this.#isReachable(node))) return;
      const Addr = `${node.Status.Addr}:2377`;
      node.ManagerStatus = isManager() ? { Reachability: "reachable", Addr } : undefined;
      node.Version = this.nextVersion();
      this.elect();
      timers.after(timing.role, () => {
        const engine = this.engineOf(node.ID);
        if (engine?.isReachable) engine.isManager = isManager();
      });
    });
  }
}
