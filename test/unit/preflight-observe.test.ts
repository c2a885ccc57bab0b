import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { observe } from "../../components/preflight/observe.ts";
import { Preflight } from "../../components/provider/preflight.ts";
import { SWARM } from "./preflight-situation.ts";

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-observe-"));
  servers = [];
});
afterEach(() => {
  vi.useRealTimers();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** An error of an engine, or a connection that it resets. */
type Failure = { status: number; message: string } | "reset once";

/** A host whose engine answers, but for the paths that fail. */
async function host(
  name: string,
  { manages = false, fails = {} }: { manages?: boolean; fails?: Record<string, Failure> } = {},
) {
  const info = {
    ...{ ID: name, Name: name, ServerVersion: "20.10.24", OSType: "linux" },
    Swarm: { LocalNodeState: "active", ControlAvailable: manages, NodeID: name, Cluster: { ID: "swarm" } },
  };
  const server = createServer((request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    const failure = fails[path];
    if (failure === "reset once") {
      delete fails[path];
      return void request.socket.destroy();
    }
    if (failure) return void response.writeHead(failure.status).end(JSON.stringify({ message: failure.message }));
    const answer = path === "/info" ? info : path === "/swarm" ? { ID: "swarm", Spec: {} } : [];
    response.end(JSON.stringify(answer));
  });
  const path = join(folder, `${name}.sock`);
  await new Promise<void>((listening) => server.listen(path, listening));
  servers.push(server);
  return { connection: { host: `unix://${path}` }, hostname: name };
}

/** Lets time limits of minutes pass while the engines answer. */
async function throughTime<T>(work: Promise<T>): Promise<T> {
  const settled = work.then(
    () => true,
    () => true,
  );
  // Engines of this process answer within turns of its event loop, however busy the machine is.
  const turn = () => new Promise((next) => setImmediate(next));
  const tick = async () => {
    for (let turns = 0; turns < 20; turns++) await turn();
    await vi.advanceTimersByTimeAsync(1_000);
    return false;
  };
  while (!(await Promise.race([settled, tick()])));
  return work;
}

const DENIED: Failure = { status: 400, message: "context deadline exceeded" };
const LEADERLESS: Failure = { status: 503, message: "The swarm does not have a leader." };

test.each(["/networks", "/containers/json"])(
  "a host that fails at %s is named, and the others are seen",
  async (path) => {
    const hosts = { a: await host("a"), b: await host("b", { fails: { [path]: DENIED } }) };
    const found = await observe(hosts);
    expect(Object.keys(found.hosts)).toEqual(["a"]);
    expect(found.silent).toEqual(["b"]);
    expect(found.reasons).toEqual({ b: "its engine answers, but not every question: context deadline exceeded" });
  },
);

test("a check only warns of such a host, by its key", async () => {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  const hosts = { a: await host("a", { manages: true }), b: await host("b", { fails: { "/networks": DENIED } }) };
  const demands = [{ ...SWARM, adopt: true, managers: ["a"] }];
  const { failures } = await Preflight.check!({}, { hosts, demands, allowOutage: false });
  const lines = said.mock.calls.flat().join("\n");
  said.mockRestore();
  expect(failures).toEqual([]);
  expect(lines).toContain('hosts.b "engine": not checked: its engine answers, but not every question');
});

test("an error that passes is no reason to leave a host out", async () => {
  const fails: Record<string, Failure> = { "/networks": "reset once", "/swarm": "reset once" };
  const found = await observe({ a: await host("a", { manages: true, fails }) });
  expect(fails).toEqual({});
  expect(Object.keys(found.hosts)).toEqual(["a"]);
});

test("a manager without a leader is left out while another one has it, else it is refused", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  vi.spyOn(console, "log").mockImplementation(() => {});
  const cutOff = await host("b", { manages: true, fails: { "/swarm": LEADERLESS } });
  const found = await throughTime(observe({ a: await host("a", { manages: true }), b: cutOff }));
  expect(Object.keys(found.hosts)).toEqual(["a"]);
  expect(found.reasons?.["b"]).toContain("its Swarm has no leader");
  await expect(throughTime(observe({ b: cutOff }))).rejects.toThrow(
    "host b: its Swarm has no leader: bring its managers back, or let it go on from one of them with `npm run recover`",
  );
  vi.restoreAllMocks();
});
