import type { EngineConnection } from "./engine-connection.ts";
import type { Deadline } from "./deadline.ts";
import { isNotFound } from "./errors.ts";
import { splitStreams } from "./stream-demux.ts";
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

/** A client of one Docker Engine's HTTP API. Deliberately thin: one method for each call, and every call has a timeout. */
export class Engine {
  readonly connection: EngineConnection;
  readonly #deadline: Deadline | undefined;

  /** @param deadline limits every call, in addition to the call's own timeout @default - none */
  constructor(connection: EngineConnection, deadline?: Deadline) {
    this.connection = connection;
    this.#deadline = deadline;
  }

  /** Sends a request that has no method here. Returns the parsed JSON of the response. */
  async request<T>(method: string, path: string, request?: EngineRequest): Promise<T> {
    const body = await this.send(method, path, request);
    return (body.length === 0 ? undefined : JSON.parse(body.toString())) as T;
  }

  /** Sends a request with a response that is not JSON. */
  send(method: string, path: string, request: EngineRequest = {}): Promise<Buffer> {
    return send(this.connection, method, path, { ...request, timeoutMs: this.#capTimeout(request.timeoutMs) });
  }

  async ping(timeoutMs?: number): Promise<void> {
    await negotiate(this.connection, this.#capTimeout(timeoutMs));
  }

  info(timeoutMs?: number): Promise<EngineInfo> {
    return this.request("GET", "/info", { timeoutMs });
  }

  inspectSwarm(timeoutMs?: number): Promise<SwarmDetails> {
    return this.request("GET", "/swarm", { timeoutMs });
  }

  /** Returns the id of this engine's node. */
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

  /** Unlocks this manager. Returns once the Swarm has a leader, which can take an election. */
  async unlockSwarm(key: string): Promise<void> {
    await this.request("POST", "/swarm/unlock", { body: { UnlockKey: key }, timeoutMs: 120_000 });
  }

  /** With `{ role: ["manager"] }`, lists members of the Raft quorum: a node that is being promoted is not one yet. */
  listNodes(filters?: Filters): Promise<NodeDetails[]> {
    return this.request("GET", "/nodes", { query: { filters: encodeFilters(filters) } });
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
    return this.request("GET", "/services", { query: { status: true, filters: encodeFilters(filters) } });
  }

  inspectService(id: string): Promise<ServiceDetails> {
    return this.request("GET", `/services/${id}`);
  }

  /** @param registryAuth login that nodes use to pull the image, from `encodeRegistryAuth` @default - none */
  async createService(spec: ServiceSpec, registryAuth?: string): Promise<string> {
    const request = { body: spec, headers: registryAuthHeaders(registryAuth) };
    return (await this.request<{ ID: string }>("POST", "/services/create", request)).ID;
  }

  /** @param registryAuth login that nodes use to pull the image @default - the service's present login */
  async updateService(id: string, version: number, spec: ServiceSpec, registryAuth?: string): Promise<void> {
    const request = { query: { version }, body: spec, headers: registryAuthHeaders(registryAuth) };
    await this.request("POST", `/services/${id}/update`, request);
  }

  async removeService(id: string): Promise<void> {
    await this.request("DELETE", `/services/${id}`);
  }

  listTasks(filters?: Filters): Promise<TaskDetails[]> {
    return this.request("GET", "/tasks", { query: { filters: encodeFilters(filters) } });
  }

  /** Returns the last lines of a task's log, standard output and error together. */
  async tailTaskLog(id: string, lines: number): Promise<string> {
    const query = { stdout: true, stderr: true, tail: lines };
    const { stdout, stderr } = splitStreams(await this.send("GET", `/tasks/${id}/logs`, { query, timeoutMs: 5_000 }));
    return stdout + stderr;
  }

  listNetworks(filters?: Filters): Promise<NetworkDetails[]> {
    return this.request("GET", "/networks", { query: { filters: encodeFilters(filters) } });
  }

  /**
   * `verbose` adds the services and tasks of a Swarm network on all nodes. `scope` restricts a lookup by name: `host`
   * exists both as a network of each engine and as one of the Swarm.
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
    return this.request("GET", "/secrets", { query: { filters: encodeFilters(filters) } });
  }

  async removeSecret(id: string): Promise<void> {
    await this.request("DELETE", `/secrets/${id}`);
  }

  /** Lists configs, which the API describes like secrets. */
  listConfigs(filters?: Filters): Promise<SecretDetails[]> {
    return this.request("GET", "/configs", { query: { filters: encodeFilters(filters) } });
  }

  async removeConfig(id: string): Promise<void> {
    await this.request("DELETE", `/configs/${id}`);
  }

  async listVolumes(filters?: Filters): Promise<VolumeDetails[]> {
    const { Volumes } = await this.request<{ Volumes: VolumeDetails[] | null }>("GET", "/volumes", {
      query: { filters: encodeFilters(filters) },
    });
    return Volumes ?? [];
  }

  async removeVolume(name: string): Promise<void> {
    await this.request("DELETE", `/volumes/${encodeURIComponent(name)}`);
  }

  /** Lists running containers; with `all`, stopped ones as well. */
  listContainers(filters?: Filters, all = false): Promise<ContainerSummary[]> {
    return this.request("GET", "/containers/json", { query: { all, filters: encodeFilters(filters) } });
  }

  inspectContainer(id: string): Promise<ContainerDetails> {
    return this.request("GET", `/containers/${id}/json`);
  }

  /** Returns whether the engine has an image, by name or id. */
  async hasImage(name: string): Promise<boolean> {
    return (await undefinedIfNotFound(this.request("GET", `/images/${name}/json`))) !== undefined;
  }

  /** Inspects an image in its registry, through the engine. */
  inspectRemoteImage(
    name: string,
    { registryAuth, timeoutMs }: { registryAuth?: string; timeoutMs?: number } = {},
  ): Promise<{ Descriptor: { digest: string } }> {
    return this.request("GET", `/distribution/${name}/json`, { headers: registryAuthHeaders(registryAuth), timeoutMs });
  }

  #capTimeout(timeoutMs = 30_000): number {
    return this.#deadline?.cap(timeoutMs) ?? timeoutMs;
  }
}

/** Awaits a call, and returns undefined if the object does not exist (404). */
export async function undefinedIfNotFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Returns the headers of a request that may need a login at a registry. */
export function registryAuthHeaders(registryAuth: string | undefined): Record<string, string> {
  return registryAuth === undefined ? {} : { "x-registry-auth": registryAuth };
}

function encodeFilters(filters: Filters | undefined): string | undefined {
  return filters && JSON.stringify(filters);
}
