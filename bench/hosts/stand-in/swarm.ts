import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineInfo, NodeDetails, NodeSpec, SwarmDetails, SwarmSpec } from "../../../components/engine/types.ts";

interface Recorded {
  outside: { info: EngineInfo; networks: unknown; containers: unknown };
  inside: { info: EngineInfo; networks: unknown; swarm: SwarmDetails; node: NodeDetails };
}

const RECORDED = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8")) as Recorded;

/** One engine, as far as it is asked for forming a Swarm. */
export interface StandIn {
  hostname: string;
  address: string;
  /** Its node in the Swarm, once it is in it. */
  nodeId?: string;
}

/** An answer of an engine. */
export interface Answer {
  status: number;
  body: unknown;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const refused = (status: number, message: string): Answer => ({ status, body: { message } });

/** What many engines would know together: one Swarm, told in the words of a real engine. */
export class StandInSwarm {
  readonly #nodes = new Map<string, NodeDetails>();
  readonly #swarm = structuredClone(RECORDED.inside.swarm);
  #version = 100;

  /**
   * What an engine answers.
   *
   * @param call method and path: `GET /info`
   */
  answer(engine: StandIn, call: string, query: URLSearchParams, body: unknown): Answer {
    const [, id = ""] = /\/nodes\/([^/]+)/.exec(call) ?? [];
    const node = this.#nodes.get(id);
    switch (id === "" ? call : call.replace(id, ":id")) {
      case "GET /_ping":
        return ok("OK");
      case "GET /info":
        return ok(this.#info(engine));
      case "GET /networks":
        return ok((engine.nodeId ? RECORDED.inside : RECORDED.outside).networks);
      case "GET /networks/docker_gwbridge":
        return refused(404, "network docker_gwbridge not found");
      case "GET /containers/json":
        return ok(RECORDED.outside.containers);
      case "GET /services":
      case "GET /tasks":
      case "GET /secrets":
        return ok([]);
      case "GET /swarm":
        return ok(this.#swarm);
      case "POST /swarm/init":
        this.#swarm.Spec = { ...this.#swarm.Spec, ...(body as { Spec: SwarmSpec }).Spec };
        return ok(this.#join(engine, "manager"));
      case "POST /swarm/join":
        this.#join(engine, (body as { JoinToken: string }).JoinToken === "manager" ? "manager" : "worker");
        return ok(undefined);
      case "POST /swarm/update":
        this.#swarm.Spec = body as SwarmSpec;
        return ok(undefined);
      case "POST /swarm/leave":
        if (engine.nodeId !== undefined) this.#down(engine.nodeId);
        engine.nodeId = undefined;
        return ok(undefined);
      case "GET /nodes":
        return ok(inRoles([...this.#nodes.values()], query.get("filters")));
      case "GET /nodes/:id":
        return node ? ok(node) : refused(404, `node ${id} not found`);
      case "POST /nodes/:id/update":
        if (!node) return refused(404, `node ${id} not found`);
        this.#update(node, body as NodeSpec);
        return ok(undefined);
      case "DELETE /nodes/:id":
        this.#nodes.delete(id);
        return ok(undefined);
      default:
        return refused(501, `the stand-in does not know ${call}`);
    }
  }

  #join(engine: StandIn, role: "manager" | "worker"): string {
    const id = `node-${engine.hostname}`;
    const recorded = structuredClone(RECORDED.inside.node);
    const node: NodeDetails = {
      ...recorded,
      ID: id,
      Version: { Index: this.#version++ },
      Spec: { ...recorded.Spec, Role: role },
      Description: { ...recorded.Description, Hostname: engine.hostname },
      Status: { ...recorded.Status, State: "ready", Addr: engine.address },
    };
    this.#nodes.set(id, node);
    this.#update(node, node.Spec);
    engine.nodeId = id;
    return id;
  }

  #update(node: NodeDetails, spec: NodeSpec): void {
    node.Spec = spec;
    node.Version = { Index: this.#version++ };
    const isLeader = this.#nodes.values().next().value === node;
    node.ManagerStatus =
      spec.Role === "manager"
        ? { Leader: isLeader, Reachability: "reachable", Addr: `${node.Status.Addr}:2377` }
        : undefined;
  }

  #down(id: string): void {
    const node = this.#nodes.get(id);
    if (node) node.Status.State = "down";
  }

  #info({ hostname, nodeId }: StandIn): EngineInfo {
    const { info } = nodeId === undefined ? RECORDED.outside : RECORDED.inside;
    const node = nodeId === undefined ? undefined : this.#nodes.get(nodeId);
    const isManager = node?.Spec.Role === "manager";
    return {
      ...info,
      ID: `engine-${hostname}`,
      Name: hostname,
      Swarm: node
        ? {
            ...info.Swarm,
            NodeID: node.ID,
            LocalNodeState: "active",
            ControlAvailable: isManager,
            Cluster: isManager ? info.Swarm.Cluster && { ...info.Swarm.Cluster, ID: this.#swarm.ID } : undefined,
          }
        : info.Swarm,
    };
  }
}

/** The nodes of the roles that a listing was narrowed to. */
function inRoles(nodes: NodeDetails[], filters: string | null): NodeDetails[] {
  const { role } = JSON.parse(filters ?? "{}") as { role?: string[] };
  return role ? nodes.filter(({ Spec }) => role.includes(Spec.Role)) : nodes;
}
