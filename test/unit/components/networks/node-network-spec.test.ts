import { describe, expect, test } from "vitest";
import {
  type KnownSpec,
  perHostConfig,
  nodeNetworkSettings,
  type NodeNetworkSpec,
  hostConfig,
  fixedAddresses,
} from "../../../../components/networks/node-network/spec.ts";

const SPEC: NodeNetworkSpec = {
  attachable: true,
  labels: { team: "storage" },
  subnet: "10.50.0.0/24",
  options: { macvlan_mode: "bridge" },
  hosts: { a: { parent: "eth1", ipRange: "10.50.0.16/29" }, b: { parent: "eth0.50", ipRange: "10.50.0.24/29" } },
};

const PART_OF_A = {
  subnet: "10.50.0.0/24",
  gateway: "10.50.0.1",
  ipRange: "10.50.0.16/29",
  options: { macvlan_mode: "bridge", parent: "eth1" },
  labels: { team: "storage" },
};

describe("a host's configuration", () => {
  test("has Docker's default gateway and the host's device and addresses", () =>
    expect(hostConfig(SPEC, SPEC.hosts["a"]!)).toEqual(PART_OF_A));

  test("has the given gateway", () =>
    expect(hostConfig({ ...SPEC, gateway: "10.50.0.254" }, SPEC.hosts["a"]!).gateway).toBe("10.50.0.254"));

  test("has no addresses for a bridge if the engine chooses them", () =>
    expect(hostConfig({ ...SPEC, subnet: undefined, options: {}, labels: {} }, {})).toEqual({
      options: {},
      labels: {},
    }));
});

describe("values that are compared with the engine", () => {
  test("all known values", () =>
    expect(perHostConfig("macvlan", "storage", SPEC)).toEqual({
      driver: "macvlan",
      configName: "storage-config",
      hosts: { a: PART_OF_A, b: hostConfig(SPEC, SPEC.hosts["b"]!) },
    }));

  test.each(["subnet", "gateway", "options", "labels"])("none of any host if %s is not known", (deferred) =>
    expect(perHostConfig("macvlan", "storage", { ...SPEC, deferred: [deferred] }).hosts).toEqual({ a: {}, b: {} }),
  );

  test.each(["parent", "ipRange"])("none of a host if its %s is not known", (field) =>
    expect(perHostConfig("macvlan", "storage", { ...SPEC, deferred: [`hosts.b.${field}`] }).hosts).toEqual({
      a: PART_OF_A,
      b: {},
    }),
  );

  test.each<[Partial<KnownSpec>, object]>([
    [{}, { attachable: true, labels: { team: "storage" }, subnet: "10.50.0.0/24", gateway: "10.50.0.1" }],
    [{ subnet: undefined }, { attachable: true, labels: { team: "storage" } }],
    [{ deferred: ["gateway"] }, { attachable: true, labels: { team: "storage" }, subnet: "10.50.0.0/24" }],
    [{ subnet: undefined, attachable: undefined, deferred: ["subnet"] }, { labels: { team: "storage" } }],
  ])("the network's settings: %j", (change, expected) =>
    expect(nodeNetworkSettings({ ...SPEC, ...change })).toEqual(expected),
  );
});

test.each<[string | undefined, string | undefined, string | undefined]>([
  ["10.50.0.16/29", undefined, undefined],
  ["10.50.0.17/32", undefined, "10.50.0.17"],
  // The gateway and the subnet's first and last address are reserved.
  ["10.50.0.0/31", "10.50.0.9", "10.50.0.1"],
  ["10.50.0.252/30", "10.50.0.252", undefined],
  ["10.50.0.254/31", undefined, "10.50.0.254"],
  ["10.50.0.16/31", "10.50.0.16", "10.50.0.17"],
  [undefined, undefined, undefined],
])("the single usable address of %s with gateway %j is %s", (ipRange, gateway, expected) => {
  const addresses = fixedAddresses({ ...SPEC, gateway, hosts: { a: { parent: "eth1", ipRange } } });
  expect(addresses).toEqual(expected === undefined ? {} : { a: expected });
});
