import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { NetworkDetails, NetworkRequest } from "../../../../engine/types.ts";
import { ConfigOnlyNetwork, type ConfigOnlyNetworkInputs } from "../../../../provider/networks/config-only-network.ts";
import { PredefinedNetwork } from "../../../../provider/networks/predefined-network.ts";
import { ConfigFromNetwork, type ConfigFromNetworkInputs } from "../../../../provider/networks/config-from-network.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { network, owner } from "../../preflight-snapshot.ts";

const UNKNOWN: unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The networks of a stub engine. A busy network can only be removed at the second try. */
let networks: NetworkDetails[];
let busy: Set<string>;
let asked: string[];

const engine = http.createServer((request, response) => {
  const answer = (body: unknown, status = 200) => response.writeHead(status).end(JSON.stringify(body));
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://engine");
  const id = pathname.split("/")[2];
  if (pathname === "/info") return answer({ ID: "e", Swarm: { ControlAvailable: true, Cluster: { ID: "swarm-1" } } });
  asked.push(`${request.method} ${pathname}`);
  if (pathname === "/networks") return answer(networks);
  if (pathname === "/networks/create") {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    return request.on("end", () => {
      const made = JSON.parse(text) as NetworkRequest;
      networks.push(networkOf(made));
      answer({ Id: `id-${made.Name}` });
    });
  }
  const scope = searchParams.get("scope");
  const found = networks.find(({ Id, Name, Scope }) => [Id, Name].includes(id ?? "") && (!scope || Scope === scope));
  if (!found) return answer({ message: "no such network" }, 404);
  if (request.method === "GET") return answer(found);
  if (busy.delete(found.Id)) return answer({ message: `configuration network "${found.Name}" is in use` }, 403);
  networks = networks.filter((other) => other !== found);
  return answer({});
});

/** Returns a requested network as the Engine returns it. */
function networkOf({ Name, ConfigOnly, ConfigFrom, Driver, Scope, IPAM, Options, Labels, Attachable }: NetworkRequest) {
  return network(Name, "", {
    ...{ ConfigOnly, ConfigFrom, Driver: Driver ?? "null", Scope: Scope ?? "local", Attachable: Attachable ?? false },
    IPAM: { Driver: "default", Config: IPAM?.Config ?? null },
    ...{ Options: Options ?? null, Labels: Labels ?? null },
  });
}

const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-engine-"));
const socket = join(folder, "engine.sock");
beforeAll(() => new Promise<void>((done) => engine.listen(socket, done)));
afterAll(async () => {
  await new Promise((done) => engine.close(done));
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  networks = [];
  busy = new Set();
  asked = [];
});

const HERE = { host: `unix://${socket}` };
const NOWHERE = { host: "unix:///nowhere/docker.sock" };
const changes = () => asked.filter((line) => !line.startsWith("GET"));

const part = (more: Partial<ConfigOnlyNetworkInputs> = {}): ConfigOnlyNetworkInputs => ({
  host: "a",
  connection: HERE,
  machineId: "machine-a",
  swarmId: "swarm-1",
  owner: owner("net"),
  name: "net-config",
  config: {
    subnet: "10.50.0.0/24",
    gateway: "10.50.0.1",
    ipRange: "10.50.0.16/29",
    options: { parent: "eth1" },
    labels: { team: "storage" },
  },
  ...more,
});

describe("a config-only network", () => {
  test("is created with the host's addresses and options, and the owner's labels", async () => {
    expect((await ConfigOnlyNetwork.create(part())).id).toBe("a/net-config");
    expect(networks).toMatchObject([
      {
        Name: "net-config",
        ConfigOnly: true,
        IPAM: { Config: [{ Subnet: "10.50.0.0/24", Gateway: "10.50.0.1", IPRange: "10.50.0.16/29" }] },
        Options: { parent: "eth1" },
        Labels: { team: "storage", ...ownerLabels(owner("net")), "pulumi-swarm.swarm": "swarm-1" },
      },
    ]);
  });

  test("is reused from a killed `up`, and recreated with other addresses once it is not in use", async () => {
    await ConfigOnlyNetwork.create(part());
    asked = [];
    await ConfigOnlyNetwork.create(part());
    expect(changes()).toEqual([]);
    busy.add("id-net-config");
    await ConfigOnlyNetwork.create(part({ config: { ...part().config, ipRange: "10.50.0.24/29" } }));
    expect(changes()).toEqual([
      "DELETE /networks/id-net-config",
      "DELETE /networks/id-net-config",
      "POST /networks/create",
    ]);
    expect(networks).toHaveLength(1);
  });

  test("is not created where another owner has a network of that name", async () => {
    networks = [network("net-config", "10.9.0.0/24")];
    await expect(ConfigOnlyNetwork.create(part())).rejects.toThrow(
      "network net-config: host a has one of that name that belongs to something other than pulumi-swarm: use the state that created it, or choose another networkName",
    );
    await ConfigOnlyNetwork.delete!("a/net-config", part());
    expect(networks).toHaveLength(1);
  });

  test("is gone if removed by hand, but not while its host is down", async () => {
    expect(await ConfigOnlyNetwork.read("a/net-config", part())).toEqual({ id: "" });
    const down = part({ connection: NOWHERE });
    expect(await ConfigOnlyNetwork.read("a/net-config", down)).toEqual({
      id: "a/net-config",
      props: down,
      inputs: down,
    });
    await ConfigOnlyNetwork.delete!("a/net-config", down);
  });

  const same = { changes: false, replaces: [] };
  test.each<[string, Partial<ConfigOnlyNetworkInputs>, object]>([
    ["nothing", {}, same],
    ["another machine under its key", { machineId: "machine-b" }, { changes: true, replaces: [] }],
    ["another connection", { connection: NOWHERE }, { changes: true, replaces: [] }],
    ["other addresses", { config: { ...part().config, ipRange: undefined } }, { changes: true, replaces: ["config"] }],
    ["another name", { name: "other-config" }, { changes: true, replaces: ["name"] }],
    ["addresses that are not known yet", { config: UNKNOWN as object }, { changes: true, replaces: [] }],
  ])("diff for %s", async (_, change, expected) => {
    const olds = part();
    expect(await ConfigOnlyNetwork.diff("", olds, { ...olds, ...change })).toEqual({
      ...expected,
      deleteBeforeReplace: true,
    });
  });
});

describe("a config-from network", () => {
  const inputs = (more: Partial<ConfigFromNetworkInputs> = {}): ConfigFromNetworkInputs => ({
    managers: { a: HERE },
    swarmId: "swarm-1",
    name: "net",
    driver: "macvlan",
    attachable: true,
    configFrom: "net-config",
    hostConfigs: { a: { ipRange: "10.50.0.16/29" } },
    ...more,
  });

  test("is created without labels or addresses", async () => {
    const { id, outs } = await ConfigFromNetwork.create(inputs());
    expect({ id, networkId: outs.networkId }).toEqual({ id: "id-net", networkId: "id-net" });
    expect(networks).toMatchObject([
      { Name: "net", Driver: "macvlan", Scope: "swarm", ConfigFrom: { Network: "net-config" }, Labels: null },
    ]);
  });

  test("is reused from a killed `up`, or recreated with other settings", async () => {
    await ConfigFromNetwork.create(inputs());
    asked = [];
    await ConfigFromNetwork.create(inputs());
    expect(changes()).toEqual([]);
    await ConfigFromNetwork.create(inputs({ attachable: false }));
    expect(networks).toMatchObject([{ Name: "net", Attachable: false }]);
  });

  test("is not created where another network has its name", async () => {
    networks = [network("net", "10.9.0.0/24", { Scope: "swarm", Driver: "overlay" })];
    await expect(ConfigFromNetwork.create(inputs())).rejects.toThrow(
      'networkName "net": a network of that name exists',
    );
  });

  test("is read from the Swarm, and gone once it is removed", async () => {
    const { id, outs } = await ConfigFromNetwork.create(inputs());
    expect(await ConfigFromNetwork.read(id, outs)).toEqual({ id, props: outs, inputs: outs });
    await ConfigFromNetwork.delete!(id, outs);
    expect(await ConfigFromNetwork.read(id, outs)).toEqual({ id: "" });
  });

  const b = { b: { ipRange: "10.50.0.24/29" } };
  test.each<[string, Partial<ConfigFromNetworkInputs>, object]>([
    ["nothing", {}, { changes: false, replaces: [] }],
    ["another host", { hostConfigs: { ...inputs().hostConfigs, ...b } }, { changes: true, replaces: [] }],
    [
      "a new host with an unknown configuration",
      { hostConfigs: { ...inputs().hostConfigs, b: UNKNOWN as object } },
      { changes: true, replaces: [] },
    ],
    ["one host for another", { hostConfigs: b }, { changes: true, replaces: [] }],
    [
      "another configuration of a host",
      { hostConfigs: { a: { ipRange: "10.50.0.32/29" } } },
      { changes: true, replaces: ["hostConfigs"] },
    ],
    ["another driver", { driver: "ipvlan" }, { changes: true, replaces: ["driver"] }],
    // How Pulumi asks which resources to remove before a config-only network is replaced.
    [
      "config-only networks that are replaced",
      { hostConfigs: UNKNOWN as ConfigFromNetworkInputs["hostConfigs"] },
      { changes: true, replaces: ["hostConfigs"] },
    ],
  ])("diff for %s", async (_, change, expected) => {
    const olds = { ...inputs({ managers: {} }), networkId: "id-net" };
    const news = { ...inputs({ managers: {} }), ...change };
    expect(await ConfigFromNetwork.diff("id-net", olds, news)).toEqual({ ...expected, deleteBeforeReplace: true });
  });
});

test("the host network has another id in the Swarm than on an engine", async () => {
  const inputs = { managers: { a: HERE }, swarmId: "swarm-1", name: "host" };
  await expect(PredefinedNetwork.create(inputs)).rejects.toThrow('the Swarm has no network "host"');
  networks = [
    network("host", "", { Id: "of-the-engine" }),
    network("host", "", { Id: "of-the-swarm", Scope: "swarm" }),
  ];
  expect((await PredefinedNetwork.create(inputs)).id).toBe("of-the-swarm");
  expect(await PredefinedNetwork.read("of-the-swarm", inputs)).toMatchObject({ id: "of-the-swarm" });
  expect(await PredefinedNetwork.read("of-another", inputs)).toEqual({ id: "" });
});
