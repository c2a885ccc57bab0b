import http, { type Server } from "node:http";
import { type Duplex, duplexPair } from "node:stream";
import type { FakeEngine } from "./engine.ts";

/** The servers of this process that are reached without a socket, by the path that theirs would have. */
const servers = new Map<string, { server: Server; engine: FakeEngine }>();

/** `http.Agent` connects by this method, which the types do not show. */
type Connecting = { createConnection(options: { socketPath?: string }, ...rest: unknown[]): Duplex };
const agent = http.globalAgent as unknown as Connecting;
const connect = agent.createConnection;

/** How many connections were opened, and bytes moved: while that changes, something is in flight. */
export let traffic = 0;

/** Has this process reach servers by their paths, without sockets: no time but the test's passes on the way. */
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

/** What http expects of a socket and is of no matter in memory. */
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
