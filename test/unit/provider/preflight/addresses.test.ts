import { describe, expect, test } from "vitest";
import type { NetworkDetails } from "../../../../engine/types.ts";
import type { NetworkRequirement, Requirement, SwarmRequirement } from "../../../../core/requirement.ts";
import { checkAll, formatReport } from "../../../../provider/preflight/checks/all.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import {
  host,
  machine,
  network,
  NETWORK,
  owner,
  ownManager,
  ownNetwork,
  snapshot,
  SWARM,
} from "../../preflight-snapshot.ts";

const lines = (requirements: Requirement[], found: ClusterSnapshot) => {
  const { errors, warnings } = formatReport(checkAll(requirements, found), found);
  return [...errors, ...warnings.filter((line) => line.startsWith("warning:"))];
};
const named = (name: string, networks?: NetworkDetails[], info: object = {}) =>
  host(
    { hostname: name, address: `ssh://${name}`, ...(networks && { networks }) },
    { Name: name, ID: `id-${name}`, ...info },
  );
const overlay = (name: string, subnet?: string, more: Partial<NetworkRequirement> = {}): NetworkRequirement => ({
  ...NETWORK,
  ...{ name, subject: `OverlayNetwork "${name}"`, owner: owner(name) },
  settings: { ...NETWORK.settings, subnet },
  ...more,
});
const pools = (addressPools: string[], more: Partial<SwarmRequirement> = {}) => ({ ...SWARM, addressPools, ...more });
const FRESH = snapshot({ a: named("a") });
const three = { a: named("a"), b: named("b"), c: named("c") };
const swarmNetwork = (name: string, subnet: string) => network(name, subnet, { Scope: "swarm", Driver: "overlay" });
const withPools = (DefaultAddrPool: string[], SubnetSize: number, networks: NetworkDetails[] = []) => {
  const live = ownManager({ networks });
  const { manager } = live;
  const others = live.networks.filter(({ Ingress }) => !Ingress);
  return {
    ...live,
    networks: others,
    manager: { ...manager!, swarm: { ...manager!.swarm, DefaultAddrPool, SubnetSize } },
  };
};
const FREE = (example: string) =>
  `choose a free one, for instance ${example}, or leave it out, and the Swarm chooses one`;
const MESH = "the first subnet of the address pools, which Swarm's routing mesh (network ingress) takes";

describe("accepts", () => {
  test.each<[string, Requirement[], ClusterSnapshot]>([
    ["a subnet of the default pool that is not its first", [SWARM, overlay("net", "10.0.1.0/24")], FRESH],
    ["a network without a subnet", [SWARM, overlay("net")], FRESH],
    ["a pool with room for all networks", [pools(["10.20.0.0/22"]), overlay("a"), overlay("b"), overlay("c")], FRESH],
    [
      "a network beside a pool that the routing mesh fills",
      [pools(["10.20.0.0/24"]), overlay("net", "10.30.0.0/24")],
      FRESH,
    ],
    [
      "the first subnet of a pool that is not known before the run",
      [{ ...SWARM, deferred: ["addressPools"] }, overlay("net", "10.0.0.0/24")],
      FRESH,
    ],
    [
      "the first subnet of the pool while the Swarm's managers do not answer",
      [SWARM, overlay("net", "10.0.0.0/24")],
      snapshot({}, { unreachable: ["a"], recordedIds: ["swarm-1"] }),
    ],
    [
      "docker_gwbridge's default subnet on hosts that have another",
      [SWARM, overlay("net", "172.18.0.0/16")],
      snapshot({ a: named("a", [network("docker_gwbridge", "10.200.0.0/24")]) }),
    ],
    [
      "docker_gwbridge's default subnet on hosts with other default pools",
      [SWARM, overlay("net", "172.18.0.0/16")],
      snapshot({ a: named("a", [], { DefaultAddressPools: [{ Base: "10.200.0.0/16", Size: 24 }] }) }),
    ],
    [
      "the stack's own network in the Swarm's only free subnet",
      [pools(["10.0.0.0/23"]), overlay("net")],
      snapshot({ a: withPools(["10.0.0.0/23"], 24, [swarmNetwork("ingress", "10.0.0.0/24"), ownNetwork()]) }),
    ],
    [
      "hosts whose address a bridge covers, but a narrower route leads to",
      [SWARM],
      snapshot(
        {
          a: named("a", [network("bridge", "172.17.0.0/16")]),
          b: named("b", [network("docker_gwbridge", "10.200.0.0/24")]),
        },
        {
          addresses: { a: "172.17.5.1", b: "172.17.5.2" },
          machines: { a: machine({ routes: [{ destination: "172.17.5.0/24", device: "eth0" }] }) },
        },
      ),
    ],
  ])("%s", (_, requirements, found) => expect(lines(requirements, found)).toEqual([]));
});

describe("rejects", () => {
  test.each<[string, Requirement[], ClusterSnapshot, string | string[]]>([
    [
      "the subnet that the routing mesh takes from the default pool",
      [SWARM, overlay("net", "10.0.0.0/24")],
      FRESH,
      `OverlayNetwork "net": subnet "10.0.0.0/24": overlaps with 10.0.0.0/24, ${MESH}: ${FREE("10.20.0.0/24")}`,
    ],
    [
      "it on hosts that are created in this run",
      [SWARM, overlay("net", "10.0.0.0/16")],
      snapshot({}, { unreachable: ["a"], recordedIds: [] }),
      `OverlayNetwork "net": subnet "10.0.0.0/16": overlaps with 10.0.0.0/24, ${MESH}: ${FREE("10.20.0.0/16")}`,
    ],
    [
      "the subnet that the routing mesh takes from a given pool",
      [pools(["10.20.0.0/16"], { subnetSize: 20 }), overlay("net", "10.20.8.0/24")],
      FRESH,
      `OverlayNetwork "net": subnet "10.20.8.0/24": overlaps with 10.20.0.0/20, ${MESH}: ${FREE("10.20.16.0/24")}`,
    ],
    [
      "the subnet that the routing mesh takes from the lowest pool, as Docker 27 and later do",
      [pools(["10.30.0.0/16", "10.4.0.0/16"]), overlay("net", "10.4.0.0/24")],
      FRESH,
      `OverlayNetwork "net": subnet "10.4.0.0/24": overlaps with 10.4.0.0/24, ${MESH}: ${FREE("10.20.0.0/24")}`,
    ],
    [
      "a subnet that another network of the program may get",
      [SWARM, overlay("other"), overlay("net", "10.0.1.0/24")],
      FRESH,
      `OverlayNetwork "net": subnet "10.0.1.0/24": overlaps with 10.0.1.0/24, one of the first subnets of the address pools, which OverlayNetwork "other" may get: ${FREE("10.20.0.0/24")}`,
    ],
    [
      "the subnet that the routing mesh of a recreated Swarm takes",
      [pools(["10.20.0.0/16"]), overlay("net", "10.20.0.0/24")],
      snapshot({ a: ownManager() }, { allowOutage: true }),
      `OverlayNetwork "net": subnet "10.20.0.0/24": overlaps with 10.20.0.0/24, ${MESH}: ${FREE("10.20.1.0/24")}`,
    ],
    [
      "the subnet that docker_gwbridge gets",
      [SWARM, overlay("net", "172.18.4.0/24")],
      FRESH,
      `OverlayNetwork "net": subnet "172.18.4.0/24": overlaps with 172.18.0.0/16, the subnet that Docker gives to docker_gwbridge on host a: ${FREE("10.20.0.0/24")}`,
    ],
    [
      "the subnet that docker_gwbridge gets because a network of the host has its default",
      [SWARM, overlay("net", "172.19.0.0/16")],
      snapshot({ a: named("a", [network("bridge", "172.17.0.0/16"), network("dev", "172.18.0.0/16")]) }),
      `OverlayNetwork "net": subnet "172.19.0.0/16": overlaps with 172.19.0.0/16, the subnet that Docker gives to docker_gwbridge on host a: ${FREE("10.20.0.0/16")}`,
    ],
    [
      "the subnet that docker_gwbridge gets because a route of the host leads to its default",
      [SWARM, overlay("net", "172.19.0.0/16")],
      snapshot(
        { a: named("a") },
        { machines: { a: machine({ routes: [{ destination: "172.18.0.0/24", device: "eth0" }] }) } },
      ),
      `OverlayNetwork "net": subnet "172.19.0.0/16": overlaps with 172.19.0.0/16, the subnet that Docker gives to docker_gwbridge on host a: ${FREE("10.20.0.0/16")}`,
    ],
    [
      "a pool in the subnet that docker_gwbridge gets",
      [pools(["172.18.0.0/16"])],
      FRESH,
      'Swarm "swarm": addressPools "172.18.0.0/16": overlaps with 172.18.0.0/16, the subnet that Docker gives to docker_gwbridge on host a: choose a pool that is free on all hosts, for instance 10.20.0.0/16',
    ],
    [
      "a pool with room for the routing mesh alone",
      [pools(["10.20.0.0/24"]), overlay("net")],
      FRESH,
      'Swarm "swarm": addressPools ["10.20.0.0/24"]: the address pool 10.20.0.0/24 has room for one subnet of /24, and the routing mesh (network ingress), OverlayNetwork "net" need one each: give a larger pool, for instance 10.21.0.0/16, or a larger subnetSize for smaller subnets',
    ],
    [
      "pools whose room a network with a subnet takes",
      [pools(["10.20.0.0/24", "10.22.0.0/24"]), overlay("net", "10.22.0.0/25"), overlay("other")],
      FRESH,
      [
        'Swarm "swarm": addressPools ["10.20.0.0/24","10.22.0.0/24"]: the address pools 10.20.0.0/24, 10.22.0.0/24 have room for one subnet of /24, and the routing mesh (network ingress), OverlayNetwork "other" need one each: give a larger pool, for instance 10.21.0.0/16, or a larger subnetSize for smaller subnets',
        `OverlayNetwork "net": subnet "10.22.0.0/25": overlaps with 10.22.0.0/24, one of the first subnets of the address pools, which OverlayNetwork "other" may get: ${FREE("10.20.1.0/25")}`,
      ],
    ],
    [
      "a network without a subnet in a Swarm without a free one",
      [SWARM, overlay("net")],
      snapshot({ a: withPools(["10.0.0.0/24"], 24, [swarmNetwork("ingress", "10.0.0.0/24")]) }),
      'OverlayNetwork "net": subnet (not given): the address pool 10.0.0.0/24 has room for 0 subnets of /24, and OverlayNetwork "net" needs one; the Swarm keeps its pools: give a subnet outside of the pools, for instance 10.20.0.0/24',
    ],
    [
      "subnets that are too small for the hosts",
      [pools(["10.20.0.0/16"], { subnetSize: 29 }), overlay("net")],
      snapshot(three),
      'Swarm "swarm": subnetSize 29: a subnet of /29 has 5 addresses besides the gateway, and 3 hosts need 6 (per host one for a task and one for Swarm itself): give a smaller one, such as 24',
    ],
    [
      "a network without a subnet in a Swarm whose subnets are too small for the hosts",
      [SWARM, overlay("net")],
      snapshot({ ...three, a: { ...withPools(["10.0.0.0/16"], 29), address: "ssh://a" } }),
      'OverlayNetwork "net": subnet (not given): a subnet of /29 has 5 addresses besides the gateway, and 3 hosts need 6 (per host one for a task and one for Swarm itself); the Swarm keeps its pools: give a subnet outside of the pools, for instance 10.20.0.0/24',
    ],
    [
      "a host in the subnet that docker_gwbridge gets on another host",
      [SWARM],
      snapshot(
        { a: named("a"), b: named("b", [network("docker_gwbridge", "10.200.0.0/24")]) },
        { addresses: { a: "10.1.0.1", b: "172.18.0.9" } },
      ),
      'Swarm "swarm": hosts.b.privateAddress "172.18.0.9": is within 172.18.0.0/16, the subnet that Docker gives to docker_gwbridge on host a, which could no longer reach this host: set "default-address-pools" in /etc/docker/daemon.json of host a to a block that is free, for instance 10.20.0.0/16, restart Docker, and remove the network',
    ],
    [
      "a host in the subnet of a bridge of another host",
      [SWARM],
      snapshot(
        { a: named("a", [network("bridge", "172.17.0.0/16"), network("dev", "192.168.5.0/24")]), b: named("b") },
        { addresses: { a: "10.1.0.1", b: "192.168.5.7" } },
      ),
      'Swarm "swarm": hosts.b.privateAddress "192.168.5.7": is within 192.168.5.0/24, the network dev on host a, which could no longer reach this host: set "default-address-pools" in /etc/docker/daemon.json of host a to a block that is free, for instance 10.20.0.0/16, restart Docker, and remove the network',
    ],
  ])("%s", (_, requirements, found, expected) => expect(lines(requirements, found)).toEqual([expected].flat()));
});
