import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { readSettings } from "../../../stacks/settings.ts";
import { createSshStack } from "../../../stacks/ssh.ts";
import { configure, getErrorMessage, runProgram, getValue } from "../harness.ts";

/** Creates a stack of one host with these settings in its config. */
function stackWith(settings: Record<string, unknown>, secrets: string[] = []) {
  configure({ stack: "ssh", hosts: { a: { address: "192.0.2.1" } }, ...settings });
  vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", JSON.stringify(secrets.map((key) => `pulumi-swarm:${key}`)));
  return createSshStack(readSettings());
}
afterEach(() => {
  pulumi.runtime.setAllConfig({});
  vi.unstubAllEnvs();
});

/** Outputs of mocked resources that other resources use. */
function outputs(type: string): Record<string, unknown> {
  if (!type.endsWith(":RootCredentials")) return {};
  return { user: "root-abc", password: "very-secret", generation: "g1" };
}

const firewalls = async (settings: Record<string, unknown>) => {
  const { resources } = await runProgram(() => stackWith(settings), { outputs });
  return resources.filter(({ type }) => type.endsWith(":HostFirewall"));
};

test("allowFrom limits who may reach the store", async () => {
  const [firewall, ...others] = await firewalls({ allowFrom: ["10.1.0.0/16"] });
  expect(others).toEqual([]);
  expect(JSON.stringify(firewall!.inputs)).toContain("10.1.0.0/16");
  expect(await firewalls({})).toEqual([]);
});

test("minReadySeconds reaches the store's service", async () => {
  const { resources } = await runProgram(() => stackWith({ minReadySeconds: 3 }), { outputs });
  const services = resources.filter(({ type }) => type.endsWith(":Service"));
  expect(services.map(({ inputs }) => inputs["minReadySeconds"])).toEqual([3]);
});

test("pools divide the hosts among the store's services", async () => {
  const pools = { main: { hosts: ["a"], drivesPerHost: 2 }, pool2: { hosts: ["b"] } };
  const hosts = { a: { address: "192.0.2.1" }, b: { address: "192.0.2.2" } };
  const { resources } = await runProgram(() => stackWith({ hosts, pools }), { outputs });
  const services = resources.filter(({ type }) => type.endsWith(":Service"));
  expect(services.map(({ name }) => name)).toEqual(["minio-main", "minio-pool2"]);
});

test.each([
  [
    { a: { members: 4 } },
    "config pulumi-swarm:pools.a.members: a pool on a Swarm has hosts and drivesPerHost: give these instead",
  ],
  [{ a: { drivesPerHost: 1 } }, "config pulumi-swarm:pools.a.hosts: is missing"],
  [{ a: { hosts: ["b"] } }, "pools.a.hosts"],
])("rejects the pools %j", async (pools, line) => {
  expect(await getErrorMessage(() => stackWith({ pools }))).toContain(line);
});

test("the settings of the Swarm reach it", async () => {
  const swarm = {
    ...{ addressPools: ["10.9.0.0/16"], subnetSize: 26, dataPathPort: 4790 },
    ...{ autolock: true, certificateExpiryDays: 30 },
  };
  const { resources } = await runProgram(() => stackWith(swarm), { outputs });
  expect(resources.find(({ type }) => type.endsWith(":Cluster"))?.inputs).toMatchObject(swarm);
});

test("the availability of a host reaches its node", async () => {
  const hosts = { a: { address: "192.0.2.1", availability: "pause" }, b: { address: "192.0.2.2", role: "worker" } };
  const { resources } = await runProgram(() => stackWith({ hosts }), { outputs });
  const members = resources.filter(({ type }) => type.endsWith(":Member"));
  expect(members.map(({ inputs }) => inputs["availability"])).toEqual(["pause", undefined]);
});

test("adoptNetwork adopts a network, and requires only what the settings contain", async () => {
  const settings = { adopt: true, adoptNetwork: true, networkName: "theirs", attachable: true };
  const { resources } = await runProgram(() => stackWith(settings), { outputs });
  expect(resources.map(({ type }) => type)).not.toContain("docker:index/network:Network");
  const [preflight] = resources.filter(({ type }) => type.endsWith(":Preflight"));
  const requirements = preflight!.inputs["requirements"] as { kind: string }[];
  expect(requirements.filter(({ kind }) => kind === "network")).toMatchObject([
    { name: "theirs", adopt: true, settings: { attachable: true } },
  ]);
  expect(requirements).toContainEqual(expect.objectContaining({ kind: "swarm", adopt: true }));
});

test("what belongs to another state is adopted by settings, which the requirements name", async () => {
  const { resources } = await runProgram(() => stackWith({}), { outputs });
  const [preflight] = resources.filter(({ type }) => type.endsWith(":Preflight"));
  const requirements = preflight!.inputs["requirements"] as { kind: string; adoptArgument?: string }[];
  expect(requirements.map(({ kind, adoptArgument = "adopt" }) => [kind, adoptArgument])).toEqual([
    ["swarm", "adopt"],
    ["network", "adoptNetwork"],
    ["service", "adoptStore"],
  ]);
});

test.each<[unknown, RegExp]>([
  ["10.1.0.0/16", /config pulumi-swarm:allowFrom: expected a list, but it is "10\.1\.0\.0\/16": change it with/],
  [["10.1.0.0/33"], /allowFrom/],
])("rejects allowFrom %j", async (allowFrom, line) => {
  expect(await getErrorMessage(() => stackWith({ allowFrom }))).toMatch(line);
});

describe("rootPassword", () => {
  test.each(["password-1", "12345678901234567890", "[1,2,3,4]", "1e100000"])(
    "%s reaches the store unchanged, as a secret",
    async (rootPassword) => {
      const { resources } = await runProgram(() => stackWith({ rootPassword }, ["rootPassword"]), { outputs });
      const credentials = resources.find(({ type }) => type.endsWith(":RootCredentials"));
      expect(credentials?.inputs["password"]).toBe(rootPassword);
      expect(credentials?.secrets).toContain("password");
    },
  );

  test("is rejected if it is not a secret, and not printed", async () => {
    const line = await getErrorMessage(() => stackWith({ rootPassword: "in-plain-sight" }));
    expect(line).toContain('config pulumi-swarm:rootPassword "(secret)": is not a secret: set it with `pulumi config');
    expect(line).not.toContain("in-plain-sight");
  });
});

describe("the store's network", () => {
  const link = (last: number) => ({ parent: "eth0.50", ipRange: `10.50.0.${last}/32` });
  const hosts = { a: { address: "192.0.2.1", link: link(17) }, b: { address: "192.0.2.2", link: link(18) } };
  const linked = { hosts, subnet: "10.50.0.0/24" };
  const made = async (settings: Record<string, unknown>) => {
    const { value, resources } = await runProgram(() => stackWith(settings), { outputs });
    const network = resources.find(({ name, custom }) => name === "network" && !custom);
    const inputs = Object.fromEntries(resources.map((resource) => [resource.name, resource.inputs]));
    return { value, kind: network?.type, inputs };
  };

  test("is by default an overlay, encrypted and attachable", async () => {
    const { kind, inputs } = await made({});
    expect(kind).toBe("swarm:index:OverlayNetwork");
    expect(inputs["network-network"]).toMatchObject({
      name: "minio-overlay-network",
      attachable: true,
      options: { encrypted: "" },
    });
  });

  test.each([
    [
      "macvlan",
      "MacvlanNetwork",
      { ...linked, networkMode: "private" },
      { macvlan_mode: "private", parent: "eth0.50" },
    ],
    ["ipvlan", "IpvlanNetwork", { ...linked, networkMode: "l3" }, { ipvlan_mode: "l3", parent: "eth0.50" }],
    ["bridge", "BridgeNetwork", { mtu: 9000 }, { "com.docker.network.driver.mtu": "9000" }],
  ])("is one of %s", async (driver, expected, settings, options) => {
    const { kind, inputs } = await made({ driver, ...settings });
    expect(kind).toBe(`swarm:index:${expected}`);
    expect(inputs["network-config-a"]).toMatchObject({ name: "minio-network-config", config: { options } });
  });

  test("gives the members addresses, which are outputs of the stack", async () => {
    const { value } = await made({ driver: "macvlan", ...linked });
    expect(await getValue(value.endpoints)).toEqual({ a: "http://10.50.0.17:9000", b: "http://10.50.0.18:9000" });
    expect(await getValue(value.subnet)).toBe("10.50.0.0/24");
  });

  test("is the host network", async () => {
    const { kind, value } = await made({ driver: "host" });
    expect(kind).toBe("swarm:index:HostNetwork");
    expect(await getValue(value.networkName)).toBe("host");
    expect(await getValue(value.subnet)).toBe("");
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{ driver: "weave" }, /config pulumi-swarm:driver: expected .*but it is "weave"/],
    [{ driver: "macvlan", hosts }, /config pulumi-swarm:subnet: is missing/],
    [{ driver: "ipvlan", subnet: "10.50.0.0/24" }, /config pulumi-swarm:link of host a: is missing: give { parent:/],
    [{ driver: "macvlan", ...linked, encrypted: true }, /encrypted: does not apply to a stack with driver macvlan/],
    [{ driver: "host", subnet: "10.50.0.0/24" }, /subnet: does not apply to a stack with driver host/],
    [{ driver: "bridge", hosts }, /link of host a: does not apply to a stack with driver bridge: remove it/],
    [{ networkMode: "l2" }, /networkMode: does not apply to a stack with driver overlay/],
    [
      { hosts: { a: { address: "192.0.2.1", link: { parnt: "eth0" } } } },
      /link.parnt: there is no such setting: did you mean "parent"\?$/m,
    ],
    [{ enviroment: {} }, /pulumi-swarm:enviroment: there is no such setting: did you mean "environment"\?$/m],
  ])("rejects %j", async (settings, line) => expect(await getErrorMessage(() => stackWith(settings))).toMatch(line));
});
