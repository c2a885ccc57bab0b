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

describe("a host's part", () => {
  test("has the gateway that Docker would choose, and the host's own device and addresses", () =>
    expect(hostConfig(SPEC, SPEC.hosts["a"]!)).toEqual(PART_OF_A));

  test("has the gateway that is asked for", () =>
    expect(hostConfig({ ...SPEC, gateway: "10.50.0.254" }, SPEC.hosts["a"]!).gateway).toBe("10.50.0.254"));

  test("of a bridge whose addresses the engine chooses has none", () =>
    expect(hostConfig({ ...SPEC, subnet: undefined, options: {}, labels: {} }, {})).toEqual({
      options: {},
      labels: {},
    }));
});

describe("what is compared with what is there", () => {
  test("all that is known", () =>
    expect(perHostConfig("macvlan", "storage", SPEC)).toEqual({
      driver: "macvlan",
      configName: "storage-config",
      hosts: { a: PART_OF_A, b: hostConfig(SPEC, SPEC.hosts["b"]!) },
    }));

  test.each(["subnet", "gateway", "options", "labels"])("nothing of any host while %s is not known", (deferred) =>
    expect(perHostConfig("macvlan", "storage", { ...SPEC, deferred: [deferred] }).hosts).toEqual({ a: {}, b: {} }),
  );

  test.each(["parent", "ipRange"])("nothing of a host whose %s is not known", (field) =>
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
  ])("the network as a whole: %j", (change, expected) =>
    expect(nodeNetworkSettings({ ...SPEC, ...change })).toEqual(expected),
  );
});

test.each<[string | undefined, string | undefined, string | undefined]>([
  ["10.50.0.16/29", undefined, undefined],
  ["10.50.0.17/32", undefined, "10.50.0.17"],
  // The gateway's, the subnet's first and its last are nobody else's.
  ["10.50.0.0/31", "10.50.0.9", "10.50.0.1"],
  ["10.50.0.252/30", "10.50.0.252", undefined],
  ["10.50.0.254/31", undefined, "10.50.0.254"],
  ["10.50.0.16/31", "10.50.0.16", "10.50.0.17"],
  [undefined, undefined, undefined],
])("the one address of %s with gateway %j is %s", (ipRange, gateway, expected) => {
  const addresses = fixedAddresses({ ...SPEC, gateway, hosts: { a: { parent: "eth1", ipRange } } });
  expect(addresses).toEqual(expected === undefined ? {} : { a: expected });
});
