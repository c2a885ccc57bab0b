import * as http from "node:http";
import * as https from "node:https";
import { negotiateApiVersion, isVersionMismatchMessage, versionMismatchError } from "./api-version.ts";
import { socketPath } from "./connection.ts";
import { type EngineConnection } from "./engine-connection.ts";
import { Deadline } from "./deadline.ts";
import { type ConnectionUse, sshAgent, sshTargetOf } from "./ssh.ts";
import { isTls } from "./tls.ts";
import { UnreachableError } from "./unreachable.ts";

export { UnreachableError } from "./unreachable.ts";

/** One call to the Engine API. */
export interface EngineRequest {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON; a Buffer is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Milliseconds until the call is given up. @default 30000 */
  timeoutMs?: number;
  /** Whether it may hold its connection for long: it then takes none of those that other calls wait for. */
  isStream?: boolean;
}

/** The Engine answered with an error. */
export class EngineError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "EngineError";
    this.status = status;
  }
}

/** The Engine and this client have no version of the API in common. */
export class ApiVersionError extends EngineError {
  constructor({ host }: EngineConnection, problem: string) {
    super(400, `Docker Engine at ${host} ${problem}`);
    this.name = "ApiVersionError";
  }
}

/** Sends one request and gives back the whole body of a good answer. */
export function send(
  connection: EngineConnection,
  method: string,
  path: string,
  request: EngineRequest = {},
): Promise<Buffer> {
  const { timeoutMs = 30_000 } = request;
  return withApiVersion(connection, timeoutMs, async (prefix, leftMs) => {
    return (await exchange(connection, method, prefix + path, { ...request, timeoutMs: leftMs })).body;
  });
}

/** The beginnings of paths that engines are asked with: `/v1.51`, or nothing where an engine names no version. */
const prefixes = new Map<string, string>();

const keyOf = ({ host, sshOptions }: EngineConnection) => JSON.stringify([host, sshOptions]);

/**
 * Makes a request in the version that was agreed on with the Engine, which costs the first one a further request. One
 * that was upgraded meanwhile, or is another behind the same address, is asked again what it speaks: it refuses a
 * version before it does anything.
 *
 * @throws ApiVersionError when there is none that both speak.
 */
export async function withApiVersion<T>(
  connection: EngineConnection,
  timeoutMs: number,
  request: (prefix: string, leftMs: number) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(timeoutMs / 1000);
  const attempt = (prefix: string) => request(prefix, deadline.cap(timeoutMs));
  const known = prefixes.get(keyOf(connection));
  if (known !== undefined) {
    try {
      return await attempt(known);
    } catch (error) {
      if (!isMismatch(error)) throw error;
    }
  }
  const prefix = await negotiate(connection, deadline.cap(timeoutMs)).catch((error: unknown) => {
    // An engine that refuses this question still has to say what is wrong: the request itself asks it.
    if (error instanceof EngineError && !(error instanceof ApiVersionError)) return "";
    throw error;
  });
  return attempt(prefix).catch((error: unknown) => {
    throw isMismatch(error) ? new ApiVersionError(connection, versionMismatchError(error.message)) : error;
  });
}

const isMismatch = (error: unknown): error is EngineError =>
  error instanceof EngineError && isVersionMismatchMessage(error.message);

/** Asks the Engine for a sign of life, which tells the newest version that it speaks. */
export async function negotiate(connection: EngineConnection, timeoutMs?: number): Promise<string> {
  const { headers } = await exchange(connection, "GET", "/_ping", { timeoutMs });
  const newest = headers["api-version"];
  const agreed = typeof newest === "string" ? negotiateApiVersion(newest) : undefined;
  if (agreed && "problem" in agreed) throw new ApiVersionError(connection, agreed.problem);
  const prefix = agreed ? `/v${agreed.version}` : "";
  prefixes.set(keyOf(connection), prefix);
  return prefix;
}

function exchange(
  connection: EngineConnection,
  method: string,
  path: string,
  request: EngineRequest,
): Promise<{ headers: http.IncomingHttpHeaders; body: Buffer }> {
  const { body, timeoutMs = 30_000, isStream } = request;
  const deadline = new Deadline(timeoutMs / 1000);
  const payload = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const type = Buffer.isBuffer(body) ? "application/x-tar" : "application/json";
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(
      connection,
      {
        method,
        path: path + queryString(request.query),
        headers: {
          ...(payload === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(payload) }),
          ...request.headers,
        },
      },
      isStream ? "stream" : "call",
    );
    const failed = (error: Error) => {
      clearTimeout(late);
      reject(toUnreachableError(connection, error, timeoutMs));
    };
    // A request that waits for a connection is told of its end only once it has one: this does not wait for that.
    const late = setTimeout(() => {
      failed(timeoutError());
      outgoing.destroy();
    }, timeoutMs);
    outgoing.on("error", (error) => {
      if (!isStale(outgoing, error)) return failed(error);
      clearTimeout(late);
      resolve(exchange(connection, method, path, { ...request, timeoutMs: deadline.cap(timeoutMs) }));
    });
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("error", failed);
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        clearTimeout(late);
        const answer = Buffer.concat(chunks);
        const status = response.statusCode ?? 0;
        if (status < 400) resolve({ headers: response.headers, body: answer });
        else
          reject(
            new EngineError(status, parseErrorMessage(answer.toString()) ?? `${method} ${path} answered ${status}`),
          );
      });
    });
    outgoing.end(payload);
  });
}

/**
 * Returns whether a request met the end of a connection that was kept from an earlier one. The Engine may have closed it
 * before it saw the request; only what changes nothing is asked once more.
 */
function isStale({ method, reusedSocket }: http.ClientRequest, error: NodeJS.ErrnoException): boolean {
  return method === "GET" && reusedSocket && error.code === "ECONNRESET";
}

/** The error of a request that had no answer in time. */
export function timeoutError(): Error {
  return Object.assign(new Error("no answer in time"), { code: "ABORT_ERR" });
}

/** Opens a request to the Engine, however it is reached. For what is not one request and one answer. */
export function openRequest(
  connection: EngineConnection,
  options: https.RequestOptions,
  use: ConnectionUse = "call",
): http.ClientRequest {
  const path = socketPath(connection);
  if (path) return http.request({ ...options, socketPath: path, host: "docker" });
  if (connection.host.startsWith("ssh://")) {
    sshTargetOf(connection);
    return http.request({ ...options, agent: sshAgent(connection, use), host: "docker" });
  }
  const address = /^tcp:\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?$/.exec(connection.host);
  if (!address) {
    throw new UnreachableError(
      connection.host,
      "the address must begin with unix://, or be tcp://host:port or ssh://user@host",
      "address",
    );
  }
  const { ca, cert, key } = connection;
  const host = address[1]?.replace(/^\[|\]$/g, "");
  if (!isTls(connection)) return http.request({ ...options, host, port: Number(address[2] ?? 2375) });
  // Given, so that NODE_TLS_REJECT_UNAUTHORIZED does not turn the check of the certificate off.
  const tls = { ca, cert, key, rejectUnauthorized: true };
  return https.request({ ...options, host, port: Number(address[2] ?? 2376), ...tls });
}

/** The error of a request that failed on its way, with what to do about it. */
export function toUnreachableError(connection: EngineConnection, error: Error, timeoutMs: number): Error {
  if (error instanceof UnreachableError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ABORT_ERR: `no answer within ${Math.round(timeoutMs / 100) / 10} s`,
    ENOENT: "there is no such socket: is the engine running?",
    ECONNREFUSED: "nothing listens there: is the engine running?",
    EACCES: "this user may not use the socket: join the group `docker` and log in again",
  };
  const why = reasons[code ?? ""];
  return new UnreachableError(connection.host, why ?? error.message, code === "EACCES" ? "rights" : undefined);
}

/** What the body of an error says; undefined when it says nothing. */
export function parseErrorMessage(answer: string): string | undefined {
  try {
    return (JSON.parse(answer) as { message?: string }).message;
  } catch {
    return answer.trim() || undefined;
  }
}

function queryString(query: EngineRequest["query"] = {}): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) given.set(key, String(value));
  }
  return given.size === 0 ? "" : `?${given.toString()}`;
}
