import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { BridgeNetwork, type BridgeNetworkArgs } from "../../../../components/networks/bridge/bridge-network.ts";
import { HostNetwork } from "../../../../components/networks/host-network.ts";
import { IpvlanNetwork, type IpvlanNetworkArgs } from "../../../../components/networks/ipvlan-network.ts";
import { MacvlanNetwork, type MacvlanNetworkArgs } from "../../../../components/networks/macvlan-network.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, getErrorMessage, runProgram, type ProgramRunOptions, getValue } from "../../harness.ts";

const swarm = () => new Swarm("swarm", { managers: [fakeHost("a"), fakeHost("b"), fakeHost("c")] });

const LINKED = {
  subnet: "10.50.0.0/24",
  hosts: { a: { parent: "eth1", ipRange: "10.50.0.9/32" }, b: { parent: "eth0.50", ipRange: "10.50.0.16/29" } },
};

const macvlan = (args: Partial<MacvlanNetworkArgs> = {}) =>
  new MacvlanNetwork("storage", { swarm: swarm(), ...LINKED, ...args });
const ipvlan = (args: Partial<IpvlanNetworkArgs> = {}) =>
  new IpvlanNetwork("storage", { swarm: swarm(), ...LINKED, ...args });
const bridge = (args: Partial<BridgeNetworkArgs> = {}) => new BridgeNetwork("storage", { swarm: swarm(), ...args });

async function made<T>(make: () => T, options: ProgramRunOptions = {}) {
  const { value, resources } = await runProgram(make, options);
  const children = resources.filter(({ parent }) => parent?.endsWith("::storage"));
  const network = children.find(({ type }) => type.endsWith(":ConfigFromNetwork"));
  const parts = children.filter(({ type }) => type.endsWith(":ConfigOnlyNetwork"));
  const preflight = resources.find(({ name }) => name === "swarm-preflight")!;
  return { value, resources, children, network: network!, parts, preflight };
}

const partA = { subnet: "10.50.0.0/24", gateway: "10.50.0.1", ipRange: "10.50.0.9/32", labels: {} };
const partB = { subnet: "10.50.0.0/24", gateway: "10.50.0.1", ipRange: "10.50.0.16/29", labels: {} };
const ofBridge = { labels: {} };
const MTU = { "com.docker.network.driver.mtu": "1500" };

describe("creates a config-only network for each host, and the Swarm's network from them", () => {
  test.each<[string, () => pulumi.Resource, string, object]>([
    [
      "macvlan",
      macvlan,
      "macvlan",
      {
        a: { ...partA, options: { macvlan_mode: "bridge", parent: "eth1" } },
        b: { ...partB, options: { macvlan_mode: "bridge", parent: "eth0.50" } },
      },
    ],
    [
      "ipvlan",
      ipvlan,
      "ipvlan",
      {
        a: { ...partA, options: { ipvlan_mode: "l2", parent: "eth1" } },
        b: { ...partB, options: { ipvlan_mode: "l2", parent: "eth0.50" } },
      },
    ],
    [
      "bridge, on all hosts",
      bridge,
      "bridge",
      Object.fromEntries(["a", "b", "c"].map((host) => [host, { ...ofBridge, options: MTU }])),
    ],
  ])("%s", async (_, make, driver, expected) => {
    const { children, network, parts, preflight } = await made(make);
    const hosts = Object.keys(expected);
    const names = [...hosts.map((host) => `storage-config-${host}`), "storage-network"];
    expect(children.map(({ name }) => name).toSorted()).toEqual(names);
    expect(Object.fromEntries(parts.map(({ inputs }) => [inputs["host"], inputs["config"]]))).toEqual(expected);
    for (const { inputs, dependencies } of parts) {
      expect(inputs).toMatchObject({
        connection: { host: `unix:///run/${inputs["host"] as string}.sock` },
        machineId: `machine-${inputs["host"] as string}`,
        swarmId: "swarm-cluster-id",
        owner: { id: "this-state", project: "project", stack: "stack", name: "storage" },
        name: "storage-config",
      });
      expect(dependencies).toContain(preflight.urn);
    }
    expect(network.inputs).toMatchObject({ name: "storage", driver, attachable: true, configFrom: "storage-config" });
    expect(network.inputs["hostConfigs"]).toEqual(expected);
    for (const { urn } of parts) expect(network.dependencies).toContain(urn);
  });

  test("passes the settings to the preflight", async () => {
    const { preflight } = await made(macvlan);
    expect(preflight.inputs["requirements"]).toContainEqual({
      kind: "network",
      subject: 'MacvlanNetwork "storage"',
      owner: { id: "this-state", project: "project", stack: "stack", name: "storage" },
      name: "storage",
      settings: { attachable: true, labels: {}, subnet: "10.50.0.0/24", gateway: "10.50.0.1" },
      perHostConfig: {
        driver: "macvlan",
        configName: "storage-config",
        hosts: {
          a: { ...partA, options: { macvlan_mode: "bridge", parent: "eth1" } },
          b: { ...partB, options: { macvlan_mode: "bridge", parent: "eth0.50" } },
        },
      },
    });
  });
});

describe("every argument reaches the network or the hosts' configurations", () => {
  test.each<[string, () => pulumi.Resource, object]>([
    ["networkName", () => macvlan({ networkName: "other" }), { name: "other-config" }],
    ["labels", () => macvlan({ labels: { team: pulumi.output("x") } }), { config: { labels: { team: "x" } } }],
    ["gateway", () => macvlan({ gateway: pulumi.output("10.50.0.254") }), { config: { gateway: "10.50.0.254" } }],
    ["mode of macvlan", () => macvlan({ mode: "vepa" }), { config: { options: { macvlan_mode: "vepa" } } }],
    ["mode of ipvlan", () => ipvlan({ mode: pulumi.output("l3") }), { config: { options: { ipvlan_mode: "l3" } } }],
    [
      "subnet of a bridge",
      () => bridge({ subnet: "10.30.0.0/24" }),
      { config: { subnet: "10.30.0.0/24", gateway: "10.30.0.1" } },
    ],
    [
      "gateway of a bridge",
      () => bridge({ subnet: "10.30.0.0/24", gateway: "10.30.0.9" }),
      { config: { gateway: "10.30.0.9" } },
    ],
    [
      "bridgeName",
      () => bridge({ bridgeName: "br-s" }),
      { config: { options: { "com.docker.network.bridge.name": "br-s" } } },
    ],
    [
      "mtu of a bridge",
      () => bridge({ mtu: pulumi.output(9000) }),
      { config: { options: { "com.docker.network.driver.mtu": "9000" } } },
    ],
  ])("%s", async (_, make, expected) => expect((await made(make)).parts[0]!.inputs).toMatchObject(expected));

  test("attachable", async () =>
    expect((await made(() => macvlan({ attachable: false }))).network.inputs).toMatchObject({ attachable: false }));

  test("hosts of a bridge", async () =>
    expect((await made(() => bridge({ hosts: ["b"] }))).parts.map(({ inputs }) => inputs["host"])).toEqual(["b"]));
});

test("returns its hosts, and their addresses if they are known", async () => {
  const { value } = await made(macvlan);
  expect(await getValue(value.networkId)).toBe("storage-network-id");
  expect(await getValue(value.networkName)).toBe("storage");
  expect(await getValue(value.subnet)).toBe("10.50.0.0/24");
  expect(await getValue(value.gateway)).toBe("10.50.0.1");
  expect(await getValue(value.addresses)).toEqual({ a: "10.50.0.9" });
  expect({ hosts: value.hosts, driver: value.driver }).toEqual({ hosts: ["a", "b"], driver: "macvlan" });
});

test("registers the same resources in a preview and in an update, each with a parent", async () => {
  const preview = await made(macvlan, { preview: true });
  const update = await made(macvlan);
  const names = ({ resources }: typeof update) => resources.map(({ name }) => name).toSorted();
  expect(names(preview)).toEqual(names(update));
  expect(update.children.every(({ parent }) => parent?.includes("MacvlanNetwork::storage"))).toBe(true);
});

describe("rejects invalid plain values before it registers anything", () => {
  test.each<[string, () => unknown, string]>([
    [
      "macvlan's mode",
      () => macvlan({ mode: "passthru" as "private" }),
      'MacvlanNetwork "storage": mode "passthru": must be "bridge" or "vepa" or "private"',
    ],
    [
      "ipvlan's mode",
      () => ipvlan({ mode: "l4" as "l2" }),
      'IpvlanNetwork "storage": mode "l4": must be "l2" or "l3" or "l3s"',
    ],
    [
      "a bridge's mtu",
      () => bridge({ mtu: 68 }),
      'BridgeNetwork "storage": mtu 68: must be a whole number of bytes from 576 to 65535, for instance 1500',
    ],
    [
      "a host, with an Output in another argument",
      () => macvlan({ subnet: pulumi.output("10.50.0.0/24"), hosts: { z: { parent: "eth1" } } }),
      'MacvlanNetwork "storage": hosts "z": is not a host of the Swarm, which has a, b, c',
    ],
  ])("%s", async (_, make, line) => expect(await getErrorMessage(make)).toBe(line));
});

test("looks up the hosts' own network in the Swarm", async () => {
  const { value, resources } = await runProgram(() => new HostNetwork("hosts", { swarm: swarm() }));
  const network = resources.find(({ name }) => name === "hosts-network")!;
  expect(network.type).toBe("swarm:index:PredefinedNetwork");
  expect(network.inputs).toMatchObject({ name: "host", swarmId: "swarm-cluster-id" });
  expect(network.parent).toMatch(/HostNetwork::hosts$/);
  expect(await getValue(value.networkId)).toBe("hosts-network-id");
  expect(value.driver).toBe("host");
});
