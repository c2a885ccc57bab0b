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

/** The networks of an engine that knows networks alone; those that are busy let themselves be removed at the second try. */
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

/** As the Engine tells a network that it was asked for. */
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

describe("a host's part of a network", () => {
  test("is a network of Docker's that only holds it, with the labels that say whose it is", async () => {
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

  test("that a killed `up` made is taken on; one with other addresses is made anew, once it is not in use", async () => {
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

  test("is not made where somebody else has a network of that name", async () => {
    networks = [network("net-config", "10.9.0.0/24")];
    await expect(ConfigOnlyNetwork.create(part())).rejects.toThrow(
      "network net-config: host a has one of that name that belongs to something other than pulumi-swarm: use the state that created it, or choose another networkName",
    );
    await ConfigOnlyNetwork.delete!("a/net-config", part());
    expect(networks).toHaveLength(1);
  });

  test("that somebody took away is gone; of a host that is down nothing is", async () => {
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
    ["another way to it", { connection: NOWHERE }, { changes: true, replaces: [] }],
    ["other addresses", { config: { ...part().config, ipRange: undefined } }, { changes: true, replaces: ["config"] }],
    ["another name", { name: "other-config" }, { changes: true, replaces: ["name"] }],
    ["addresses that are not known yet", { config: UNKNOWN as object }, { changes: true, replaces: [] }],
  ])("is compared: %s", async (_, change, expected) => {
    const olds = part();
    expect(await ConfigOnlyNetwork.diff("", olds, { ...olds, ...change })).toEqual({
      ...expected,
      deleteBeforeReplace: true,
    });
  });
});

describe("the Swarm's network of these parts", () => {
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

  test("has neither labels nor addresses of its own", async () => {
    const { id, outs } = await ConfigFromNetwork.create(inputs());
    expect({ id, networkId: outs.networkId }).toEqual({ id: "id-net", networkId: "id-net" });
    expect(networks).toMatchObject([
      { Name: "net", Driver: "macvlan", Scope: "swarm", ConfigFrom: { Network: "net-config" }, Labels: null },
    ]);
  });

  test("that a killed `up` made is taken on, or made anew with other settings", async () => {
    await ConfigFromNetwork.create(inputs());
    asked = [];
    await ConfigFromNetwork.create(inputs());
    expect(changes()).toEqual([]);
    await ConfigFromNetwork.create(inputs({ attachable: false }));
    expect(networks).toMatchObject([{ Name: "net", Attachable: false }]);
  });

  test("is not made where there is one of another make", async () => {
    networks = [network("net", "10.9.0.0/24", { Scope: "swarm", Driver: "overlay" })];
    await expect(ConfigFromNetwork.create(inputs())).rejects.toThrow(
      'networkName "net": a network of that name exists',
    );
  });

  test("is read as it is, and gone when it is", async () => {
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
      "a host of which nothing is known yet",
      { hostConfigs: { ...inputs().hostConfigs, b: UNKNOWN as object } },
      { changes: true, replaces: [] },
    ],
    ["one host for another", { hostConfigs: b }, { changes: true, replaces: [] }],
    [
      "another part of a host",
      { hostConfigs: { a: { ipRange: "10.50.0.32/29" } } },
      { changes: true, replaces: ["hostConfigs"] },
    ],
    ["another driver", { driver: "ipvlan" }, { changes: true, replaces: ["driver"] }],
    // So Pulumi asks what has to go before a part that is made anew.
    [
      "parts that are made anew",
      { hostConfigs: UNKNOWN as ConfigFromNetworkInputs["hostConfigs"] },
      { changes: true, replaces: ["hostConfigs"] },
    ],
  ])("is compared: %s", async (_, change, expected) => {
    const olds = { ...inputs({ managers: {} }), networkId: "id-net" };
    const news = { ...inputs({ managers: {} }), ...change };
    expect(await ConfigFromNetwork.diff("id-net", olds, news)).toEqual({ ...expected, deleteBeforeReplace: true });
  });
});

test("the hosts' own network has an id of its own in the Swarm", async () => {
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
