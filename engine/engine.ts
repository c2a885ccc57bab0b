import { type ExecStatus, waitForExitCode } from "./exec-exit-code.ts";
import type { EngineConnection } from "./engine-connection.ts";
import { Deadline } from "./deadline.ts";
import { isNotFound } from "./errors.ts";
import { demuxStream } from "./stream-demux.ts";
import { type EngineRequest, negotiate, send } from "./transport.ts";
import type {
  ContainerDetails,
  ContainerSummary,
  EngineInfo,
  NetworkDetails,
  NetworkRequest,
  NodeDetails,
  NodeSpec,
  SecretDetails,
  ServiceDetails,
  ServiceSpec,
  SwarmDetails,
  SwarmInitRequest,
  SwarmJoinRequest,
  SwarmSpec,
  TaskDetails,
  VolumeDetails,
} from "./types.ts";

/** Narrows a listing: `{ label: ["a=b"], name: ["x"] }`. */
export type Filters = Record<string, string[]>;

/** What a command in a container ended with. */
export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * One Docker Engine, over its HTTP API. Thin on purpose: a method a call, the API's own names, a time limit on every
 * call.
 */
export class Engine {
  readonly connection: EngineConnection;
  readonly #deadline: Deadline | undefined;

  /** @param deadline by which every call must be over, whatever its own time limit is @default - none */
  constructor(connection: EngineConnection, deadline?: Deadline) {
    this.connection = connection;
    this.#deadline = deadline;
  }

  /** Any call that has no method of its own here. Gives back the parsed JSON of the answer. */
  async request<T>(method: string, path: string, request?: EngineRequest): Promise<T> {
    const answer = await this.send(method, path, request);
    return (answer.length === 0 ? undefined : JSON.parse(answer.toString())) as T;
  }

  /** Any call whose answer is no JSON document. */
  send(method: string, path: string, request: EngineRequest = {}): Promise<Buffer> {
    return send(this.connection, method, path, { ...request, timeoutMs: this.#capped(request.timeoutMs) });
  }

  async ping(timeoutMs?: number): Promise<void> {
    await negotiate(this.connection, this.#capped(timeoutMs));
  }

  info(timeoutMs?: number): Promise<EngineInfo> {
    return this.request("GET", "/info", { timeoutMs });
  }

  inspectSwarm(): Promise<SwarmDetails> {
    return this.request("GET", "/swarm");
  }

  /** Gives back the id of this engine's node. */
  initSwarm(request: SwarmInitRequest): Promise<string> {
    return this.request("POST", "/swarm/init", { body: request, timeoutMs: 60_000 });
  }

  async joinSwarm(request: SwarmJoinRequest): Promise<void> {
    await this.request("POST", "/swarm/join", { body: request, timeoutMs: 60_000 });
  }

  async leaveSwarm(force: boolean): Promise<void> {
    await this.request("POST", "/swarm/leave", { query: { force }, timeoutMs: 60_000 });
  }

  async updateSwarm(
    version: number,
    spec: SwarmSpec,
    rotate: { rotateWorkerToken?: boolean; rotateManagerToken?: boolean; rotateManagerUnlockKey?: boolean } = {},
  ): Promise<void> {
    await this.request("POST", "/swarm/update", { query: { version, ...rotate }, body: spec });
  }

  async getUnlockKey(): Promise<string> {
    return (await this.request<{ UnlockKey: string }>("GET", "/swarm/unlockkey")).UnlockKey;
  }

  /** Has its answer once the Swarm has a leader, which managers that are all unlocked now have yet to elect. */
  async unlockSwarm(key: string): Promise<void> {
    await this.request("POST", "/swarm/unlock", { body: { UnlockKey: key }, timeoutMs: 120_000 });
  }

  /** With `{ role: ["manager"] }`, those that take part in deciding: a node about to become a manager does not yet. */
  listNodes(filters?: Filters): Promise<NodeDetails[]> {
    return this.request("GET", "/nodes", { query: { filters: encoded(filters) } });
  }

  inspectNode(id: string): Promise<NodeDetails> {
    return this.request("GET", `/nodes/${id}`);
  }

  async updateNode(id: string, version: number, spec: NodeSpec): Promise<void> {
    await this.request("POST", `/nodes/${id}/update`, { query: { version }, body: spec });
  }

  async removeNode(id: string, force: boolean): Promise<void> {
    await this.request("DELETE", `/nodes/${id}`, { query: { force } });
  }

  listServices(filters?: Filters): Promise<ServiceDetails[]> {
    return this.request("GET", "/services", { query: { status: true, filters: encoded(filters) } });
  }

  inspectService(id: string): Promise<ServiceDetails> {
    return this.request("GET", `/services/${id}`);
  }

  async createService(spec: ServiceSpec): Promise<string> {
    return (await this.request<{ ID: string }>("POST", "/services/create", { body: spec })).ID;
  }

  async updateService(id: string, version: number, spec: ServiceSpec): Promise<void> {
    await this.request("POST", `/services/${id}/update`, { query: { version }, body: spec });
  }

  async removeService(id: string): Promise<void> {
    await this.request("DELETE", `/services/${id}`);
  }

  listTasks(filters?: Filters): Promise<TaskDetails[]> {
    return this.request("GET", "/tasks", { query: { filters: encoded(filters) } });
  }

  /** The last lines that a task wrote, standard output and error together. */
  async tailTaskLog(id: string, lines: number): Promise<string> {
    const query = { stdout: true, stderr: true, tail: lines };
    const { stdout, stderr } = separated(await this.send("GET", `/tasks/${id}/logs`, { query, timeoutMs: 5_000 }));
    return stdout + stderr;
  }

  listNetworks(filters?: Filters): Promise<NetworkDetails[]> {
    return this.request("GET", "/networks", { query: { filters: encoded(filters) } });
  }

  /**
   * With `verbose`, a Swarm network's services and the tasks on all nodes as well. With a scope, by name, only one of
   * that scope: Docker's own `host` is one of each engine's, and one of the Swarm's.
   */
  inspectNetwork(id: string, options: { verbose?: boolean; scope?: "local" | "swarm" } = {}): Promise<NetworkDetails> {
    return this.request("GET", `/networks/${encodeURIComponent(id)}`, { query: options });
  }

  async createNetwork(request: NetworkRequest): Promise<string> {
    return (await this.request<{ Id: string }>("POST", "/networks/create", { body: request })).Id;
  }

  async removeNetwork(id: string): Promise<void> {
    await this.request("DELETE", `/networks/${encodeURIComponent(id)}`);
  }

  listSecrets(filters?: Filters): Promise<SecretDetails[]> {
    return this.request("GET", "/secrets", { query: { filters: encoded(filters) } });
  }

  async removeSecret(id: string): Promise<void> {
    await this.request("DELETE", `/secrets/${id}`);
  }

  /** A config is described as a secret is. */
  listConfigs(filters?: Filters): Promise<SecretDetails[]> {
    return this.request("GET", "/configs", { query: { filters: encoded(filters) } });
  }

  async removeConfig(id: string): Promise<void> {
    await this.request("DELETE", `/configs/${id}`);
  }

  async listVolumes(filters?: Filters): Promise<VolumeDetails[]> {
    const { Volumes } = await this.request<{ Volumes: VolumeDetails[] | null }>("GET", "/volumes", {
      query: { filters: encoded(filters) },
    });
    return Volumes ?? [];
  }

  async removeVolume(name: string): Promise<void> {
    await this.request("DELETE", `/volumes/${encodeURIComponent(name)}`);
  }

  /** Containers that exist, stopped ones too with `all`. */
  listContainers(filters?: Filters, all = false): Promise<ContainerSummary[]> {
    return this.request("GET", "/containers/json", { query: { all, filters: encoded(filters) } });
  }

  inspectContainer(id: string): Promise<ContainerDetails> {
    return this.request("GET", `/containers/${id}/json`);
  }

  /** Whether the engine has an image, by name or id. */
  async hasImage(name: string): Promise<boolean> {
    return (await undefinedIfNotFound(this.request("GET", `/images/${name}/json`))) !== undefined;
  }

  /** Runs a command in a container to its end. */
  async exec(
    container: string,
    command: string[],
    options: { env?: string[]; timeoutMs?: number } = {},
  ): Promise<ExecResult> {
    const { env, timeoutMs = 30_000 } = options;
    const deadline = new Deadline(timeoutMs / 1000);
    const { Id } = await this.request<{ Id: string }>("POST", `/containers/${container}/exec`, {
      body: { AttachStdout: true, AttachStderr: true, Cmd: command, Env: env },
    });
    const output = await this.send("POST", `/exec/${Id}/start`, {
      body: { Detach: false, Tty: false },
      timeoutMs: deadline.cap(timeoutMs),
      isStream: true,
    });
    return { exitCode: await this.execExitCode(Id), ...separated(output) };
  }

  /** Returns the exit code of a command in a container once its output has ended. */
  execExitCode(id: string): Promise<number> {
    return waitForExitCode(() => this.request<ExecStatus>("GET", `/exec/${id}/json`));
  }

  #capped(timeoutMs = 30_000): number {
    return this.#deadline?.cap(timeoutMs) ?? timeoutMs;
  }
}

/** Waits for an answer that is allowed to be "there is no such thing". */
export async function undefinedIfNotFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function encoded(filters: Filters | undefined): string | undefined {
  return filters && JSON.stringify(filters);
}

/** What a command wrote, by stream; the Engine sends both over one connection. */
function separated(output: Buffer): { stdout: string; stderr: string } {
  const streams = new Map<number, Buffer[]>();
  demuxStream((which, bytes) => streams.set(which, [...(streams.get(which) ?? []), bytes]))(output);
  const text = (which: number) => Buffer.concat(streams.get(which) ?? []).toString();
  return { stdout: text(1), stderr: text(2) };
}
