import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { OverlayNetwork, type OverlayNetworkArgs } from "../../../../components/networks/overlay/overlay-network.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, getErrorMessage, runProgram, type ProgramRunOptions, getValue } from "../../harness.ts";

type NetworkArgs = Omit<OverlayNetworkArgs, "swarm">;

function storage(args: NetworkArgs): OverlayNetwork {
  return new OverlayNetwork("storage", { swarm: new Swarm("swarm", { managers: [fakeHost("a")] }), ...args });
}

async function made(args: NetworkArgs = {}, options: ProgramRunOptions = {}) {
  const { value, resources } = await runProgram(() => storage(args), options);
  const network = resources.find(({ type }) => type === "docker:index/network:Network")!;
  const preflight = resources.find(({ type }) => type === "swarm:index:Preflight")!;
  return { value, resources, network, preflight };
}

const OWNER = [
  { label: "pulumi-swarm.name", value: "storage" },
  { label: "pulumi-swarm.owner", value: "this-state" },
  { label: "pulumi-swarm.project", value: "project" },
  { label: "pulumi-swarm.stack", value: "stack" },
  { label: "pulumi-swarm.swarm", value: "swarm-cluster-id" },
];

test("is encrypted and attachable by default, with addresses that the Swarm chooses", async () => {
  const { network } = await made();
  expect(network.name).toBe("storage-network");
  expect(network.inputs).toEqual({
    name: "storage",
    driver: "overlay",
    attachable: true,
    internal: false,
    options: { encrypted: "", "com.docker.network.driver.mtu": "1500" },
    labels: OWNER,
  });
});

const MTU = { "com.docker.network.driver.mtu": "1500" };

describe("every argument reaches the network", () => {
  test.each<[string, NetworkArgs, object]>([
    ["networkName", { networkName: "other" }, { name: "other" }],
    ["attachable", { attachable: false }, { attachable: false }],
    ["internal", { internal: true }, { internal: true }],
    ["encrypted", { encrypted: false }, { options: MTU }],
    ["encrypted as an Output", { encrypted: pulumi.output(false) }, { options: MTU }],
    ["mtu", { mtu: 1400 }, { options: { encrypted: "", "com.docker.network.driver.mtu": "1400" } }],
    ["subnet", { subnet: "10.20.0.0/24" }, { ipamConfigs: [{ subnet: "10.20.0.0/24", gateway: "10.20.0.1" }] }],
    [
      "addresses, partly as Outputs",
      { subnet: pulumi.output("10.20.0.0/24"), gateway: "10.20.0.9", ipRange: pulumi.output("10.20.0.0/25") },
      { ipamConfigs: [{ subnet: "10.20.0.0/24", gateway: "10.20.0.9", ipRange: "10.20.0.0/25" }] },
    ],
    [
      "labels",
      { labels: { team: pulumi.output("x"), a: "y" } },
      { labels: [{ label: "a", value: "y" }, ...OWNER, { label: "team", value: "x" }] },
    ],
  ])("%s", async (_, args, expected) => expect((await made(args)).network.inputs).toMatchObject(expected));
});

test("depends on the preflight and passes it the network's settings", async () => {
  const { network, preflight } = await made({ subnet: "10.20.0.0/24", mtu: pulumi.output(1400), labels: { a: "b" } });
  expect(network.dependencies).toContain(preflight.urn);
  expect(preflight.inputs["requirements"]).toContainEqual({
    kind: "network",
    subject: 'OverlayNetwork "storage"',
    owner: { id: "this-state", project: "project", stack: "stack", name: "storage" },
    name: "storage",
    settings: {
      encrypted: true,
      attachable: true,
      internal: false,
      labels: { a: "b" },
      subnet: "10.20.0.0/24",
    },
    deferred: ["mtu"],
  });
});

test("returns the addresses that the Swarm chose", async () => {
  const chosen = { ipamConfigs: [{ subnet: "10.0.1.0/24", gateway: "10.0.1.1" }] };
  const outputs = (type: string) => (type === "docker:index/network:Network" ? chosen : {});
  const { value } = await made({}, { outputs });
  expect(await getValue(value.networkId)).toBe("storage-network-id");
  expect(await getValue(value.networkName)).toBe("storage");
  expect(await getValue(value.subnet)).toBe("10.0.1.0/24");
  expect(await getValue(value.gateway)).toBe("10.0.1.1");
});

test("the network's id is known once Swarm has allocated the network", async () => {
  const outputs = (type: string) => (type === "swarm:index:NetworkAllocation" ? { networkId: "allocated" } : {});
  const { value, resources } = await made({}, { outputs });
  const allocation = resources.find(({ type }) => type === "swarm:index:NetworkAllocation")!;
  expect(allocation.name).toBe("storage-allocation");
  expect(allocation.inputs).toMatchObject({ networkId: "storage-network-id", swarmId: "swarm-cluster-id" });
  expect(await getValue(value.networkId)).toBe("allocated");
});

test("registers the same resources in a preview and in an update, each with a parent", async () => {
  const preview = await made({}, { preview: true });
  const update = await made();
  const names = ({ resources }: typeof update) => resources.map(({ name }) => name).toSorted();
  expect(names(preview)).toEqual(names(update));
  expect(update.network.parent).toMatch(/OverlayNetwork::storage$/);
});

test("rejects invalid plain values before it registers anything", async () => {
  const refusal = await getErrorMessage(() => storage({ subnet: "10.20.0.7/24", mtu: 1 }));
  expect(refusal).toBe(
    'OverlayNetwork "storage": subnet "10.20.0.7/24": has host bits set: write 10.20.0.0/24\n' +
      'OverlayNetwork "storage": mtu 1: must be a whole number of bytes from 576 to 65535, for instance 1500',
  );
});

describe("an adopted network", () => {
  const there = { id: "net-1", name: "storage", ipamConfigs: [{ subnet: "10.0.1.0/24", gateway: "10.0.1.1" }] };
  const answers = (token: string) => (token === "docker:index/getNetwork:getNetwork" ? there : {});

  test("is looked up by name after the preflight, and becomes no resource", async () => {
    const { value, network, preflight, resources } = await made(
      { adopt: true, networkName: "theirs", mtu: 1500 },
      { answers },
    );
    expect(network).toBeUndefined();
    expect(resources.map(({ type }) => type)).not.toContain("swarm:index:NetworkAllocation");
    expect(preflight.inputs["requirements"]).toContainEqual({
      kind: "network",
      subject: 'OverlayNetwork "storage"',
      owner: { id: "this-state", project: "project", stack: "stack", name: "storage" },
      name: "theirs",
      adopt: true,
      settings: { mtu: 1500 },
    });
    expect(await getValue(value.networkId)).toBe("net-1");
    expect(await getValue(value.subnet)).toBe("10.0.1.0/24");
    expect(await getValue(value.gateway)).toBe("10.0.1.1");
  });

  test("accepts only plain values, to compare them", async () => {
    const refusal = await getErrorMessage(() =>
      storage({ adopt: true, encrypted: pulumi.output(true), labels: { team: pulumi.output("x") }, internal: false }),
    );
    const problem =
      "is an Output, but with adopt it is compared with the existing network before the run: give a plain value, or leave it out";
    expect(refusal.split("\n")).toEqual(
      ["encrypted", "labels"].map((argument) => `OverlayNetwork "storage": ${argument} "(an Output)": ${problem}`),
    );
  });
});
