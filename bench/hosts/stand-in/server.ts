import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { type Answer, type StandIn, StandInSwarm } from "./swarm.ts";

/** Engines that are none: HTTP servers that answer as one does. */
export interface StandIns {
  engines: readonly (StandIn & { socket: string })[];
  /** How many calls they answered since the last look, and how many bytes that took. */
  answered(): { count: number; bytes: number };
  stop(): Promise<void>;
}

/** Starts as many as asked for, each on a socket of its own in a folder. */
export async function startStandIns(number: number, folder: string): Promise<StandIns> {
  mkdirSync(folder, { recursive: true });
  const swarm = new StandInSwarm();
  const engines = Array.from({ length: number }, (_, at) => ({
    hostname: `host${at + 1}`,
    address: `198.19.${(at + 1) >> 8}.${(at + 1) & 255}`,
    path: join(folder, `${at + 1}.sock`),
    socket: `unix://${join(folder, `${at + 1}.sock`)}`,
  }));
  let count = 0;
  let bytes = 0;
  const respond = async (engine: StandIn, request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://engine");
    const { status, body } = await answer(swarm, engine, request, url);
    const text = body === undefined ? "" : JSON.stringify(body);
    count += 1;
    bytes += Buffer.byteLength(text);
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  };
  const serve = (engine: StandIn) =>
    createServer((request, response) => {
      respond(engine, request, response).catch((error: Error) => response.destroy(error));
    });
  const servers = await Promise.all(engines.map((engine) => listening(serve(engine), engine.path)));
  return {
    engines,
    answered() {
      const seen = { count, bytes };
      count = bytes = 0;
      return seen;
    },
    async stop() {
      await Promise.all(servers.map((server) => closed(server)));
    },
  };
}

async function answer(swarm: StandInSwarm, engine: StandIn, request: IncomingMessage, url: URL): Promise<Answer> {
  try {
    const body = request.headers["content-type"] === "application/json" ? await json(request) : undefined;
    return swarm.answer(engine, `${request.method} ${url.pathname}`, url.searchParams, body);
  } catch (error) {
    return { status: 400, body: { message: String(error) } };
  }
}

function listening(server: Server, path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(path, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
