import * as http from "node:http";
import * as https from "node:https";
import { negotiateApiVersion, isVersionMismatchMessage, versionMismatchError } from "./api-version.ts";
import { CancelledError, cutOff, limitTime } from "./cancellation.ts";
import { socketPath } from "./connection.ts";
import { type EngineConnection } from "./engine-connection.ts";
import { Deadline } from "./deadline.ts";
import { retryIfBusy } from "./ssh-busy.ts";
import { type ConnectionUse, sshAgent, sshTargetOf } from "./ssh.ts";
import { isTls } from "./tls.ts";
import { UnreachableError } from "./unreachable.ts";

export { UnreachableError } from "./unreachable.ts";

/** The parameters of a call to the Engine API. */
export interface EngineRequest {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON; a Buffer is sent unchanged. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Milliseconds until the call fails. @default 30000 */
  timeoutMs?: number;
  /** Whether the call may take long. It then uses a separate connection, apart from short calls. */
  isStream?: boolean;
}

/** An error response of the Engine. */
export class EngineError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "EngineError";
    this.status = status;
  }
}

/** The Engine and this client have no API version in common. */
export class ApiVersionError extends EngineError {
  constructor({ host }: EngineConnection, problem: string) {
    super(400, `Docker Engine at ${host} ${problem}`);
    this.name = "ApiVersionError";
  }
}

/** Sends a request and returns the body of a successful response. */
export function send(
  connection: EngineConnection,
  method: string,
  path: string,
  request: EngineRequest = {},
): Promise<Buffer> {
  const { timeoutMs = 30_000 } = request;
  return withApiVersion(connection, timeoutMs, async (prefix, remainingMs) => {
    return (await exchange(connection, method, prefix + path, { ...request, timeoutMs: remainingMs })).body;
  });
}

/** Path prefixes of engines: `/v1.51`, or empty for an engine that reports no version. */
const prefixes = new Map<string, string>();

const cacheKey = ({ host, sshOptions }: EngineConnection) => JSON.stringify([host, sshOptions]);

/**
 * Sends a request in the API version negotiated with the Engine. The first request to an engine negotiates it. If the
 * Engine rejects the version, because it was upgraded or another engine has its address, negotiates again and repeats the
 * request: an engine checks the version before anything else.
 *
 * @throws ApiVersionError when there is no version that both support
 */
export async function withApiVersion<T>(
  connection: EngineConnection,
  timeoutMs: number,
  request: (prefix: string, remainingMs: number) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(timeoutMs / 1000);
  const attempt = (prefix: string) => retryIfBusy(deadline, () => request(prefix, deadline.cap(timeoutMs)));
  const known = prefixes.get(cacheKey(connection));
  if (known !== undefined) {
    try {
      return await attempt(known);
    } catch (error) {
      if (!isVersionMismatch(error)) throw error;
    }
  }
  const negotiated = retryIfBusy(deadline, () => negotiate(connection, deadline.cap(timeoutMs)));
  const prefix = await negotiated.catch((error: unknown) => {
    // If /_ping fails, sends the request anyway, because its error is more precise.
    if (error instanceof EngineError && !(error instanceof ApiVersionError)) return "";
    throw error;
  });
  return attempt(prefix).catch((error: unknown) => {
    throw isVersionMismatch(error) ? new ApiVersionError(connection, versionMismatchError(error.message)) : error;
  });
}

const isVersionMismatch = (error: unknown): error is EngineError =>
  error instanceof EngineError && isVersionMismatchMessage(error.message);

/** Pings the Engine, which responds with the newest API version that it supports. Returns the path prefix. */
export async function negotiate(connection: EngineConnection, timeoutMs?: number): Promise<string> {
  const { headers } = await exchange(connection, "GET", "/_ping", { timeoutMs });
  const newest = headers["api-version"];
  const negotiated = typeof newest === "string" ? negotiateApiVersion(newest) : undefined;
  if (negotiated && "problem" in negotiated) throw new ApiVersionError(connection, negotiated.problem);
  const prefix = negotiated ? `/v${negotiated.version}` : "";
  prefixes.set(cacheKey(connection), prefix);
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
    let hasEnded = false;
    const failed = (error: Error) => {
      liftLimit();
      reject(toUnreachableError(connection, error, timeoutMs));
    };
    // destroy() reports nothing while a request waits for a connection, so reject at once.
    const liftLimit = limitTime(timeoutMs, (cancelled) => {
      hasEnded = true;
      failed(cancelled ?? timeoutError());
      outgoing.destroy();
    });
    outgoing.on("error", (error) => {
      if (hasEnded || !isStale(outgoing, error)) return failed(error);
      liftLimit();
      resolve(exchange(connection, method, path, { ...request, timeoutMs: deadline.cap(timeoutMs) }));
    });
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("error", failed);
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        liftLimit();
        const body = Buffer.concat(chunks);
        const status = response.statusCode ?? 0;
        if (status < 400) resolve({ headers: response.headers, body });
        else
          reject(new EngineError(status, parseErrorMessage(body.toString()) ?? `${method} ${path} answered ${status}`));
      });
    });
    outgoing.end(payload);
  });
}

/**
 * Returns whether a request failed because the Engine had closed a reused connection. Only reads are repeated: the Engine
 * may have received the request.
 */
function isStale({ method, reusedSocket }: http.ClientRequest, error: NodeJS.ErrnoException): boolean {
  return method === "GET" && reusedSocket && error.code === "ECONNRESET";
}

/** Returns the error of a request that timed out. */
export function timeoutError(): Error {
  return Object.assign(new Error("no answer in time"), { code: "ABORT_ERR" });
}

/** Opens a request to the Engine on any kind of connection, for more than one request and one response. */
export function openRequest(
  connection: EngineConnection,
  options: https.RequestOptions,
  use: ConnectionUse = "call",
): http.ClientRequest {
  cutOff().throwIfAborted();
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
  // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot disable the check of the certificate.
  const tls = { ca, cert, key, rejectUnauthorized: true };
  return https.request({ ...options, host, port: Number(address[2] ?? 2376), ...tls });
}

/** Converts the failure of a request to an UnreachableError, with advice, unless the run was cancelled. */
export function toUnreachableError(connection: EngineConnection, error: Error, timeoutMs: number): Error {
  if (error instanceof UnreachableError) return error;
  if (error instanceof CancelledError) {
    return new CancelledError(`cancelled before Docker Engine at ${connection.host} answered`);
  }
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ABORT_ERR: `no answer within ${Math.round(timeoutMs / 100) / 10} s`,
    ENOENT: "the socket does not exist: is the engine running?",
    ECONNREFUSED: "nothing listens there: is the engine running?",
    EACCES: "this user may not use the socket: join the group `docker` and log in again",
  };
  const why = reasons[code ?? ""];
  return new UnreachableError(connection.host, why ?? error.message, code === "EACCES" ? "rights" : undefined);
}

/** Returns the message in an error response's body, if there is one. */
export function parseErrorMessage(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { message?: string }).message;
  } catch {
    return body.trim() || undefined;
  }
}

function queryString(query: EngineRequest["query"] = {}): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) given.set(key, String(value));
  }
  return given.size === 0 ? "" : `?${given.toString()}`;
}
