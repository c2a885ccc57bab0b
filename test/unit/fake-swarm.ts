import { createServer, type RequestListener, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceSpec, TaskDetails } from "../../components/engine/types.ts";

/** How a request fails: an answer of the engine, or a connection that is reset, after the engine did it or not. */
export type Failure = { status: number; message: string } | "reset" | "reset when done";
export const LEADERLESS: Failure = { status: 503, message: "rpc error: The swarm does not have a leader." };
export const CONFLICT: Failure = { status: 500, message: "rpc error: update out of sequence" };

let made = 0;

/** Managers of a Swarm of one service with one task, of the spec that was written last. */
export class FakeSwarm {
  readonly #folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-managers-"));
  readonly #servers = new Set<Server>();
  readonly swarmId = `swarm-${++made}`;
  /** How the next requests fail, by their method and the start of their path. */
  readonly failures: { request: string; failure: Failure }[] = [];
  readonly requests: string[] = [];
  readonly updates: ServiceSpec[] = [];
  spec: ServiceSpec;
  version = 1;
  tasks = 1;
  /** Its tasks, where they are not what the spec asks for, and what the updater says of itself. */
  view: ((swarm: FakeSwarm) => { tasks: Partial<TaskDetails>[]; update: string }) | undefined;

  constructor(spec: ServiceSpec) {
    this.spec = spec;
  }

  /** A manager at an address of its own. */
  async manager(name: string): Promise<{ connection: { host: string }; server: Server }> {
    const path = join(this.#folder, `${name}.sock`);
    const server = createServer(this.#answer);
    this.#servers.add(server);
    await new Promise<void>((listening) => server.listen(path, listening));
    return { connection: { host: `unix://${path}` }, server };
  }

  close(): void {
    for (const server of this.#servers) server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  fail(request: string, ...failures: Failure[]): void {
    this.failures.push(...failures.map((failure) => ({ request, failure })));
  }

  readonly #answer: RequestListener = (request, response) => {
    const what = `${request.method} ${request.url}`;
    let body = "";
    request.on("data", (text: Buffer) => (body += text.toString()));
    request.on("end", () => {
      if (request.url !== "/info" && request.url !== "/_ping") this.requests.push(what);
      const at = this.failures.findIndex((one) => what.startsWith(one.request));
      const [failing] = at < 0 ? [] : this.failures.splice(at, 1);
      if (failing?.failure === "reset") return void request.socket.destroy();
      if (typeof failing?.failure === "object") {
        return void response
          .writeHead(failing.failure.status)
          .end(JSON.stringify({ message: failing.failure.message }));
      }
      const answer = JSON.stringify(this.#do(what, body));
      if (failing) return void request.socket.destroy();
      response.writeHead(200, { "content-type": "application/json" }).end(answer);
    });
  };

  #do(what: string, body: string): unknown {
    if (what === "GET /info") {
      return { Swarm: { LocalNodeState: "active", ControlAvailable: true, Cluster: { ID: this.swarmId } } };
    }
    if (what.startsWith("POST /services/one/update")) {
      this.version += 1;
      this.spec = JSON.parse(body) as ServiceSpec;
      this.updates.push(this.spec);
      return {};
    }
    if (what.startsWith("DELETE /services/one")) this.tasks = 0;
    if (what.endsWith("/json")) return { Running: false, ExitCode: 0 };
    if (what.startsWith("POST /containers")) return { Id: "command" };
    if (what.startsWith("GET /services/one")) return this.#service();
    // Its service has no labels.
    if (what.startsWith("GET /services") && what.includes("label")) return [];
    if (what.startsWith("GET /services")) return [this.#service()];
    if (what.startsWith("GET /nodes/")) return { ID: "a", Version: { Index: 1 }, Spec: { Role: "worker" }, Status: {} };
    if (what.startsWith("GET /nodes")) return [{ ID: "a", Status: { State: "ready" } }];
    if (what.startsWith("GET /tasks")) {
      if (this.view) return this.view(this).tasks;
      return Array.from({ length: this.tasks }, () => ({
        ...{ ID: `task-${this.version}`, ServiceID: "one", NodeID: "a", DesiredState: "running", CreatedAt: "" },
        Spec: this.spec.TaskTemplate,
        Status: { State: "running", ContainerStatus: { ContainerID: "container" } },
      }));
    }
    return {};
  }

  #service() {
    const State = this.view?.(this).update ?? "completed";
    const UpdateStatus = { State, Message: "", StartedAt: `update-${this.version}` };
    return { ID: "one", Version: { Index: this.version }, Spec: this.spec, UpdateStatus };
  }
}

/** The spec of its service with an image. */
export const specOf = (image: string): ServiceSpec => ({
  Name: "store",
  Mode: { Replicated: { Replicas: 1 } },
  TaskTemplate: { ContainerSpec: { Image: image } },
});
