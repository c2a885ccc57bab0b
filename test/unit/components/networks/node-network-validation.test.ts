import { describe, expect, test } from "vitest";
import {
  validateBridgeOptions,
  validateL2Network,
  validateMode,
  validateNodeNetwork,
} from "../../../../components/networks/node-network/validation.ts";
import type { KnownSpec } from "../../../../components/networks/node-network/spec.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";

const HOSTS = ["a", "b", "c"];

const part = (ipRange?: string, parent = "eth1") => ({ parent, ipRange });

function lines(spec: KnownSpec, name = "net"): string[] {
  const whole = { subnet: "10.50.0.0/24", ...spec };
  return validateL2Network(name, whole, HOSTS).map((finding) => formatIssue("N", finding));
}

describe("accepts", () => {
  test.each<[string, KnownSpec]>([
    ["one host with the whole subnet", { hosts: { a: part() } }],
    ["a range for each host", { hosts: { a: part("10.50.0.16/29"), b: part("10.50.0.24/29") } }],
    ["an address for each host", { hosts: { a: part("10.50.0.9/32"), b: part("10.50.0.10/32") } }],
    ["a VLAN", { hosts: { a: part(undefined, "eth0.50") } }],
    ["a bond with a long name", { hosts: { a: part(undefined, "bond0-storage01") } }],
    [
      "values that are not known yet",
      {
        hosts: { a: {}, b: {} },
        subnet: undefined,
        deferred: ["subnet", "gateway", "hosts.a.parent", "hosts.a.ipRange", "hosts.b.parent", "hosts.b.ipRange"],
      },
    ],
    [
      "ranges in a subnet that is not known yet",
      { hosts: { a: part("10.1.0.0/29") }, subnet: undefined, deferred: ["subnet"] },
    ],
  ])("%s", (_, spec) => expect(lines(spec)).toEqual([]));
});

const DEVICE = "is not a network interface: give one that `ip link` lists on the host, or a VLAN of it such as eth0.50";
const VLAN = "is not a VLAN: the number after the dot must be from 1 to 4094";
const EMPTY = "has no free address: the first and last of 10.50.0.0/24 and the gateway's are reserved";

describe("validation", () => {
  test.each<[KnownSpec, string]>([
    [{ hosts: {} }, "hosts []: a network needs at least one host: give one of a, b, c"],
    [{ hosts: { z: part() } }, 'hosts "z": is not a host of the Swarm, which has a, b, c'],
    [{ hosts: { a: part(undefined, "") } }, `hosts.a.parent "": ${DEVICE}`],
    [{ hosts: { a: {} } }, `hosts.a.parent (not given): ${DEVICE}`],
    [{ hosts: { a: part(undefined, "eth 1") } }, `hosts.a.parent "eth 1": ${DEVICE}`],
    [{ hosts: { a: part(undefined, "enp0s31f6-storage") } }, `hosts.a.parent "enp0s31f6-storage": ${DEVICE}`],
    [
      { hosts: { a: part(undefined, "lo") } },
      'hosts.a.parent "lo": is the loopback interface: give the interface that is connected to the network, such as eth1',
    ],
    [{ hosts: { a: part(undefined, "eth0.0") } }, `hosts.a.parent "eth0.0": ${VLAN}`],
    [{ hosts: { a: part(undefined, "eth0.4095") } }, `hosts.a.parent "eth0.4095": ${VLAN}`],
    [
      { hosts: { a: part() }, subnet: undefined },
      "subnet (not given): must be the subnet that the network has outside Docker, for instance 10.50.0.0/24",
    ],
    [
      { hosts: { a: part() }, gateway: "10.51.0.1" },
      'gateway "10.51.0.1": is not in the subnet 10.50.0.0/24: give one of its addresses, for instance 10.50.0.1',
    ],
    [
      { hosts: { a: part("10.51.0.0/29") } },
      'hosts.a.ipRange "10.51.0.0/29": is not within the subnet 10.50.0.0/24: give a range in it',
    ],
    [{ hosts: { a: part("10.50.0.1/29") } }, 'hosts.a.ipRange "10.50.0.1/29": has host bits set: write 10.50.0.0/29'],
    [{ hosts: { a: part("10.50.0.1/32") } }, `hosts.a.ipRange "10.50.0.1/32": ${EMPTY}`],
    [{ hosts: { a: part("10.50.0.9/32") }, gateway: "10.50.0.9" }, `hosts.a.ipRange "10.50.0.9/32": ${EMPTY}`],
    [{ hosts: { a: part("10.50.0.254/31") }, gateway: "10.50.0.254" }, `hosts.a.ipRange "10.50.0.254/31": ${EMPTY}`],
    [
      { hosts: { a: part("10.50.0.16/28"), b: part("10.50.0.24/29") } },
      'hosts.b.ipRange "10.50.0.24/29": overlaps with that of host a (10.50.0.16/28): give each host its own range',
    ],
    [
      { hosts: { a: part("10.50.0.16/29"), b: part() } },
      "hosts.b.ipRange (not given): covers the whole subnet, but other hosts need a part of it: give each host its own range",
    ],
    [
      { hosts: { a: part() }, labels: { "com.docker.x": "y" } },
      'labels["com.docker.x"] "y": begins like a label that Docker or pulumi-swarm sets itself: choose another name for it',
    ],
  ])("rejects %j", (spec, line) => expect(lines(spec)).toEqual([`N: ${line}`]));

  test("rejects a name that is too long for the config-only network's name", () => {
    const name = "n".repeat(60);
    const problem = `is too long: ${name}-config is created with it and can have at most 63 characters`;
    expect(lines({ hosts: { a: part() } }, name)).toEqual([`N: networkName "${name}": ${problem}`]);
  });

  test("accepts a bridge without addresses, and the same addresses for all its hosts", () => {
    const hosts = { a: {}, b: {} };
    expect(validateNodeNetwork("net", { hosts }, HOSTS)).toEqual([]);
    expect(validateNodeNetwork("net", { hosts, subnet: "10.30.0.0/24" }, HOSTS)).toEqual([]);
  });
});

test.each([
  [undefined, []],
  ["l2", []],
  ["l4", ['N: mode "l4": must be "l2" or "l3"']],
])("mode %s", (mode, expected) =>
  expect(validateMode(mode, ["l2", "l3"]).map((finding) => formatIssue("N", finding))).toEqual(expected),
);

test.each([
  [undefined, []],
  [{}, []],
  [{ "com.docker.network.bridge.name": "br-storage", "com.docker.network.driver.mtu": "9000" }, []],
  [
    { "com.docker.network.bridge.name": "br/storage" },
    [
      "N: bridgeName \"br/storage\": is not an interface name: give 1 to 15 letters, digits, '_', '.' or '-', for instance br-storage",
    ],
  ],
  [
    { "com.docker.network.driver.mtu": "68" },
    ["N: mtu 68: must be a whole number of bytes from 576 to 65535, for instance 1500"],
  ],
])("validates a bridge's options: %j", (options, expected) =>
  expect(validateBridgeOptions(options).map((finding) => formatIssue("N", finding))).toEqual(expected),
);
