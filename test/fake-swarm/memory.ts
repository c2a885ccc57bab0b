import http, { type Server } from "node:http";
import { type Duplex, duplexPair } from "node:stream";
import type { FakeEngine } from "./engine.ts";

/** In-memory servers by the socket path that clients use. */
const servers = new Map<string, { server: Server; engine: FakeEngine }>();

/** `http.Agent` connects through this method, which its types lack. */
type Connecting = { createConnection(options: { socketPath?: string }, ...rest: unknown[]): Duplex };
const agent = http.globalAgent as unknown as Connecting;
const connect = agent.createConnection;

/** Counts connections and writes. While it changes, something is in flight. */
export let traffic = 0;

/** Connects clients of this process to servers without sockets, so that no real time passes. Returns the undo function. */
export function connectInMemory(more: ReadonlyMap<string, { server: Server; engine: FakeEngine }>): () => void {
  for (const [path, one] of more) servers.set(path, one);
  agent.createConnection = (options, ...rest) => {
    const { socketPath = "" } = options;
    if (!socketPath.startsWith("/in-memory/")) return connect.call(agent, options, ...rest);
    return connection(servers.get(socketPath));
  };
  return () => {
    for (const path of more.keys()) servers.delete(path);
    if (servers.size === 0) agent.createConnection = connect;
  };
}

function connection(to: { server: Server; engine: FakeEngine } | undefined): Duplex {
  const [here, there] = duplexPair().map(asSocket) as [Duplex, Duplex];
  traffic += 1;
  const problem = to === undefined ? "ENOENT" : to.engine.power === "off" ? "ECONNREFUSED" : undefined;
  if (!to || problem) {
    here.destroy(Object.assign(new Error(`connect ${problem}`), { code: problem }));
    return here;
  }
  there.once("close", () => {
    if (!there.writableFinished) here.destroy(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
  });
  here.once("close", () => there.destroy());
  to.server.emit("connection", there);
  return here;
}

/** Adds the socket methods that http calls and that have no effect in memory. */
function asSocket(end: Duplex): Duplex {
  const write = end._write.bind(end);
  end._write = (...bytes: Parameters<Duplex["_write"]>) => {
    traffic += 1;
    write(...bytes);
  };
  const nothing = () => end;
  return Object.assign(end, {
    ...{ setTimeout: nothing, setKeepAlive: nothing, setNoDelay: nothing, ref: nothing, unref: nothing },
  });
}
