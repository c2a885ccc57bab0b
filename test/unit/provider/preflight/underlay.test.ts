import { describe, expect, test } from "vitest";
import type { Requirement } from "../../../../core/requirement.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { howToReaddress } from "../../../../provider/swarm/node-address.ts";
import { machine, NETWORK, snapshot, SWARM } from "../../preflight-snapshot.ts";
import { named, two, nodes, machines, addresses, own, clear, found } from "./two-hosts.ts";

const shaped = (settings: object) => ({ ...NETWORK, settings: { ...NETWORK.settings, encrypted: false, ...settings } });
const TO_COME = snapshot({ a: named("a") }, { unreachable: ["b", "c"] });

describe("accepts", () => {
  test.each<[string, Requirement[], ClusterSnapshot]>([
    [
      "routes outside the first subnets of the Swarm's default pool",
      [SWARM],
      two(
        machines(
          { routes: [{ destination: "10.0.0.0/8", device: "tun0" }] },
          { routes: [{ destination: "10.1.0.0/16", device: "eth0" }] },
        ),
      ),
    ],
    [
      "a subnet that is just large enough for its hosts",
      [SWARM, shaped({ subnet: "10.20.0.0/29", gateway: "10.20.0.1" })],
      two(),
    ],
  ])("%s", (_, requirements, seen) => expect(found(requirements, seen)).toEqual([]));
});

describe("reports", () => {
  test.each<[string, Requirement[], ClusterSnapshot, string | string[]]>([
    [
      "a node's translated address with a new encrypted network",
      [SWARM, NETWORK],
      nodes({ ...addresses("203.0.113.7", "10.1.0.2"), ...machines(own("10.1.0.1"), own("10.1.0.2")) }),
      'OverlayNetwork "net": encrypted true: host a is declared as 203.0.113.7, not one of its own addresses (10.1.0.1), and encrypted traffic does not pass NAT: give the host\'s own address as privateAddress, or set encrypted: false',
    ],
    [
      "a node's translated address without encryption",
      [SWARM, clear],
      nodes({ ...addresses("203.0.113.7", "10.1.0.2"), ...machines(own("10.1.0.1"), own("10.1.0.2")) }),
      `warning: Swarm "swarm": hosts.a.privateAddress "203.0.113.7": is not one of this host's own addresses (10.1.0.1): if the machine got a new one, ${howToReaddress()}; if it is behind NAT, encrypted networks do not work`,
    ],
    [
      "an MTU larger than the link's",
      [shaped({ mtu: 9000 })],
      two({ ...addresses("10.1.0.1", "10.1.0.2"), ...machines(own("10.1.0.1", 1400), own("10.1.0.2", 9000)) }),
      'OverlayNetwork "net": mtu 9000: is larger than the MTU of the links between the hosts: 1400 on host a (eth0): give mtu: 1400',
    ],
    [
      "the default MTU of a new encrypted network on a link with a smaller one",
      [NETWORK],
      two({ ...addresses("10.1.0.1", "10.1.0.2"), ...machines(own("10.1.0.1", 1400), own("10.1.0.2")) }),
      'OverlayNetwork "net": mtu 1500: is larger than the MTU of the links between the hosts: 1400 on host a (eth0): give mtu: 1400',
    ],
    [
      "the default MTU on a link with a smaller one",
      [clear],
      two({ ...addresses("10.1.0.1", "10.1.0.2"), ...machines(own("10.1.0.1", 1400), own("10.1.0.2", 1420)) }),
      'warning: OverlayNetwork "net": mtu 1500: is larger than the MTU of the links between the hosts: 1400 on host a (eth0), 1420 on host b (eth0): give mtu: 1400',
    ],
    [
      "a subnet that is too small, including hosts that do not exist yet",
      [shaped({ subnet: "10.20.0.0/29", gateway: "10.20.0.1" })],
      TO_COME,
      'OverlayNetwork "net": subnet "10.20.0.0/29": has 5 addresses besides the gateway, and 3 hosts need 6 (per host one for a task and one for Swarm itself): choose a larger one, for instance a /24',
    ],
    [
      "a range that is too small",
      [shaped({ gateway: "10.20.0.1", ipRange: "10.20.0.128/30" })],
      TO_COME,
      'OverlayNetwork "net": ipRange "10.20.0.128/30": has 4 addresses besides the gateway, and 3 hosts need 6 (per host one for a task and one for Swarm itself): choose a larger one, for instance a /24',
    ],
    [
      "a subnet that contains a host's address",
      [shaped({ subnet: "10.1.0.0/24" })],
      two(addresses("10.1.0.1", "10.1.1.2")),
      'OverlayNetwork "net": subnet "10.1.0.0/24": overlaps with 10.1.0.1/32, the address of host a: choose a free one, for instance 10.20.0.0/24, or leave it out, and the Swarm chooses one',
    ],
    [
      "a route of a machine with an unreachable engine, where bridges may be Docker's own",
      [NETWORK],
      snapshot(
        { a: named("a") },
        {
          unreachable: ["b"],
          machines: {
            b: machine({
              routes: [
                { destination: "10.20.0.0/16", device: "docker0" },
                { destination: "10.20.0.0/20", device: "eth1" },
              ],
            }),
          },
        },
      ),
      'OverlayNetwork "net": subnet "10.20.0.0/24": overlaps with 10.20.0.0/20, a route of host b (eth1): choose a free one, for instance 10.20.16.0/24, or leave it out, and the Swarm chooses one',
    ],
    [
      "hosts in the first subnets of the Swarm's default pool",
      [SWARM],
      two(machines({ routes: [{ destination: "10.0.0.0/16", device: "eth0" }] })),
      'warning: Swarm "swarm": addressPools (not given): the default address pool begins at 10.0.0.0/16, which overlaps with 10.0.0.0/16, a route of host a (eth0): containers would not reach the machines there; choose a pool that is free on all hosts: it cannot be changed later',
    ],
  ])("%s", (_, requirements, seen, lines) => expect(found(requirements, seen)).toEqual([lines].flat()));
});
