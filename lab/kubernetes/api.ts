import { Agent, request } from "node:https";
import type { ClusterAccess } from "./files.ts";

/** The fields that all objects of the cluster have. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface Answer<T> {
  status: number;
  body: T;
  /** Warnings of the server, as `kubectl` would print them. */
  warnings: string[];
}

/** Plurals of kinds in the API's paths that are not formed with an s. */
const PLURALS: Record<string, string> = { NetworkPolicy: "networkpolicies", StorageClass: "storageclasses" };

/** A client of a cluster's API. */
export class ClusterApi {
  readonly #access: ClusterAccess;
  readonly #agent: Agent;

  constructor(access: ClusterAccess) {
    this.#access = access;
    this.#agent = new Agent({ ca: access.caCertificate, keepAlive: true });
  }

  close(): void {
    this.#agent.destroy();
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.#send<T>("GET", path);
  }

  async read<T = Manifest>(object: Manifest): Promise<T> {
    return expectOk(await this.get<T>(pathOf(object)), `read ${object.kind} ${object.metadata.name}`);
  }

  /** Lists the objects at a path. */
  async list<T = Manifest>(path: string): Promise<T[]> {
    return expectOk(await this.get<{ items: T[] }>(path), `list ${path}`).items;
  }

  /** Runs a server-side apply; with `dryRun` nothing is changed. */
  async apply(object: Manifest, { dryRun = false } = {}): Promise<Answer<Manifest>> {
    const path = `${pathOf(object)}?fieldManager=test&force=true${dryRun ? "&dryRun=All" : ""}`;
    const response = await this.#send<Manifest>("PATCH", path, JSON.stringify(object));
    expectOk(response, `apply ${object.kind} ${object.metadata.name}`);
    return response;
  }

  async delete(object: Manifest): Promise<void> {
    expectOk(await this.#send("DELETE", pathOf(object)), `delete ${object.kind} ${object.metadata.name}`);
  }

  #send<T>(method: string, path: string, body?: string): Promise<Answer<T>> {
    const { address: host, port, token } = this.#access;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/apply-patch+yaml" };
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, path, method, headers, agent: this.#agent, timeout: 20_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const warnings = [response.headers["warning"] ?? []].flat();
          resolve({
            status: response.statusCode ?? 0,
            body: parseBody(Buffer.concat(chunks).toString()) as T,
            warnings,
          });
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

function expectOk<T>({ status, body }: Answer<T>, what: string): T {
  if (status >= 200 && status < 300) return body;
  throw new Error(`${what}: ${status} ${(body as { message?: string }).message ?? JSON.stringify(body)}`);
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Returns the path of an object in the API. */
export function pathOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const space = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${group}${space}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}`;
}
