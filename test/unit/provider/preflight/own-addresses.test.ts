import { describe, expect, test } from "vitest";
import type { SwarmInfo } from "../../../../engine/types.ts";
import { checkOwnAddresses } from "../../../../provider/preflight/checks/own-addresses.ts";
import { formatPreflightIssue } from "../../../../provider/preflight/checks/issue.ts";
import { host, machine, snapshot, SWARM } from "../../preflight-snapshot.ts";

const OWN = [
  { device: "lo", address: "127.0.0.1" },
  { device: "eth0", address: "192.0.2.1" },
  { device: "eth1", address: "10.9.0.1" },
  { device: "eth1", address: "fe80::1" },
  { device: "docker0", address: "172.17.0.1" },
];
const NODE: SwarmInfo = { NodeID: "n", NodeAddr: "192.0.2.1", LocalNodeState: "active", ControlAvailable: false };

interface Case {
  privateAddress?: string;
  dataPathAddress?: string;
  /** Set if the host is a node. */
  swarm?: SwarmInfo;
  /** The machine's addresses. @default - not known */
  own?: typeof OWN;
}

/** Returns the issues of a host as lines, with warnings marked. */
function issues({ privateAddress, dataPathAddress, swarm, own }: Case): string[] {
  const found = snapshot(
    { a: host({}, swarm && { Swarm: swarm }) },
    {
      addresses: privateAddress === undefined ? {} : { a: privateAddress },
      dataPathAddresses: dataPathAddress === undefined ? {} : { a: dataPathAddress },
      machines: { a: machine({ addresses: own }) },
    },
  );
  return checkOwnAddresses(SWARM, found).map(
    (issue) => `${issue.warning ? "warning: " : ""}${formatPreflightIssue(issue)}`,
  );
}

const OF_THE_HOST = "is not an address of the host: give one of 192.0.2.1 (eth0), 10.9.0.1 (eth1)";
const KEPT =
  "its node joined the Swarm with 192.0.2.1 and keeps it: give 192.0.2.1; to change it, let the host join again: ";

describe("accepts", () => {
  test.each<[string, Case]>([
    ["addresses of the machine", { privateAddress: "192.0.2.1", dataPathAddress: "10.9.0.1", own: OWN }],
    ["the machine's loopback address", { privateAddress: "127.0.0.1", own: OWN }],
    ["addresses of a machine that was not inspected", { privateAddress: "192.0.2.9", dataPathAddress: "10.9.0.9" }],
    ["addresses that are not known yet", { own: OWN }],
    ["the address of a node", { privateAddress: "192.0.2.1", swarm: NODE, own: OWN }],
    ["a node of a Swarm without any address in the program", { privateAddress: "127.0.0.1", swarm: NODE }],
    ["a node whose engine reports no address", { privateAddress: "192.0.2.9", swarm: { ...NODE, NodeAddr: "" } }],
  ])("%s", (_, given) => expect(issues(given)).toEqual([]));
});

describe("reports", () => {
  test.each<[string, Case, string]>([
    [
      "an address that the machine does not have",
      { privateAddress: "203.0.113.7", own: OWN },
      `hosts.a.privateAddress "203.0.113.7": ${OF_THE_HOST}`,
    ],
    [
      "a data path address that the machine does not have",
      { dataPathAddress: "10.9.0.2", own: OWN },
      `hosts.a.dataPathAddress "10.9.0.2": ${OF_THE_HOST}`,
    ],
    [
      "a name that only became known now",
      { privateAddress: "a.lan" },
      'hosts.a.privateAddress "a.lan": is not an IP address',
    ],
    ["a block that only became known now", { privateAddress: "10.9.0.1/24" }, "give the address alone, 10.9.0.1"],
  ])("%s", (_, given, line) => expect(issues(given)).toEqual([expect.stringContaining(line)]));

  test.each<[string, Case, string]>([
    ["a node with another address", { privateAddress: "10.9.0.1", swarm: NODE, own: OWN }, `"10.9.0.1": ${KEPT}`],
    ["a node in an error", { privateAddress: "10.9.0.1", swarm: { ...NODE, LocalNodeState: "error" } }, KEPT],
    ["a node's foreign data path address", { dataPathAddress: "10.9.0.2", swarm: NODE, own: OWN }, OF_THE_HOST],
  ])("%s, as a warning", (_, given, line) => {
    expect(issues(given)).toEqual([expect.stringMatching(/^warning: Swarm "swarm": hosts\.a\./)]);
    expect(issues(given)[0]).toContain(line);
  });
});
