import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { FakeResponse } from "./response.ts";
import { runExec } from "./containers.ts";
import type { FakeEngine } from "./engine.ts";
import type { Fault, Faults } from "./faults.ts";
import { handle, API, type ApiCall } from "./routes.ts";

/** Observes the requests of servers, and injects faults into them. */
export interface TrafficObserver {
  faults: Faults;
  /** Called for each request. */
  asked(engine: FakeEngine, what: string): void;
  /** Called for each response. */
  answered(bytes: number): void;
}

/** Creates an HTTP server that answers like an engine. It does not listen yet. */
export function createEngineServer(engine: FakeEngine, traffic: TrafficObserver): Server {
  const server = createServer((request, response) => {
    handleRequest(engine, traffic, request, response).catch((error: Error) => response.destroy(error));
  });
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    handleUpgrade(engine, traffic, request, stream, head).catch((error: Error) => stream.destroy(error));
  });
  return server;
}

async function handleRequest(
  engine: FakeEngine,
  traffic: TrafficObserver,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const call = parseCall(engine, request, body);
  traffic.asked(engine, call.route);
  if (engine.power === "hanging") return;
  const fault = traffic.faults.take(engine, call.route);
  if (fault === "reset") return void request.socket.destroy();
  const given = faultResponse(fault) ?? versionError(request.url) ?? handle(call);
  if (fault === "reset when done") return void request.socket.destroy();
  await engine.simulation.timers.pause((given.delayMs ?? 0) + faultDelayMs(fault));
  if (engine.power === "off") return void request.socket.destroy();
  const bytes = given.bytes ?? Buffer.from(given.body === undefined ? "" : JSON.stringify(given.body));
  traffic.answered(bytes.length);
  const type = given.bytes ? "text/plain" : "application/json";
  // A keep-alive connection would outlive the engine.
  response.writeHead(given.status, { "content-type": type, "api-version": API.max, connection: "close" }).end(bytes);
}

/** Runs a command whose input comes through the upgraded connection. */
async function handleUpgrade(
  engine: FakeEngine,
  traffic: TrafficObserver,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): Promise<void> {
  const { route } = parseCall(engine, request, Buffer.alloc(0));
  const id = /^POST \/exec\/([^/]+)\/start$/.exec(route)?.[1] ?? "";
  traffic.asked(engine, route);
  if (engine.power === "hanging") return;
  const length = Number(request.headers["content-length"] ?? 0);
  stream.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  // The request's body comes first, and is not part of the command's input.
  const input = (await readAll(stream, head)).subarray(length);
  const given = runExec(engine, id, input.toString());
  await engine.simulation.timers.pause(given.delayMs ?? 0);
  stream.end(given.bytes);
}

async function readAll(stream: Duplex, head: Buffer): Promise<Buffer> {
  const chunks = [head];
  stream.on("data", (bytes: Buffer) => chunks.push(bytes));
  await once(stream, "end");
  return Buffer.concat(chunks);
}

function parseCall(engine: FakeEngine, request: IncomingMessage, body: Buffer): ApiCall {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://engine");
  const isJson = request.headers["content-type"] === "application/json" && body.length > 0;
  return {
    engine,
    route: `${request.method} ${pathname.replace(/^\/v\d+\.\d+(?=\/)/, "")}`,
    query: searchParams,
    body: isJson ? (JSON.parse(body.toString()) as unknown) : undefined,
  };
}

/** Returns the error for a request with a newer API version than the engine's. */
function versionError(url = ""): FakeResponse | undefined {
  const [, asked] = /^\/v(\d+\.\d+)\//.exec(url) ?? [];
  const minor = (version: string) => Number(version.split(".")[1]);
  if (asked === undefined || minor(asked) <= minor(API.max)) return undefined;
  const message = `client version ${asked} is too new. Maximum supported API version is ${API.max}`;
  return { status: 400, body: { message } };
}

function faultResponse(fault: Fault | undefined): FakeResponse | undefined {
  if (typeof fault !== "object" || !("status" in fault)) return undefined;
  return { status: fault.status, body: { message: fault.message } };
}

const faultDelayMs = (fault: Fault | undefined) => (typeof fault === "object" && "lateMs" in fault ? fault.lateMs : 0);
