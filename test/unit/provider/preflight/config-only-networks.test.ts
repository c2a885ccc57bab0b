import { describe, expect, test } from "vitest";
import type { NetworkDetails } from "../../../../engine/types.ts";
import { listOrphanedNetworks } from "../../../../provider/preflight/live-networks.ts";
import type { NetworkRequirement, PerHostNetworkConfig } from "../../../../core/requirement.ts";
import { formatPreflightIssue } from "../../../../provider/preflight/checks/issue.ts";
import { checkAll } from "../../../../provider/preflight/checks/all.ts";
import { addressesLabel, toHostConfig } from "../../../../provider/preflight/config-only-networks.ts";
import { type ClusterSnapshot, withConfigLabels } from "../../../../provider/preflight/snapshot.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { attached, host, machine, network, owner, ownManager, service, snapshot } from "../../preflight-snapshot.ts";

const PARTS: PerHostNetworkConfig = {
  driver: "macvlan",
  configName: "net-config",
  hosts: {
    a: {
      subnet: "10.50.0.0/24",
      gateway: "10.50.0.1",
      ipRange: "10.50.0.16/29",
      options: { macvlan_mode: "bridge", parent: "eth1" },
      labels: {},
    },
    b: {
      subnet: "10.50.0.0/24",
      gateway: "10.50.0.1",
      ipRange: "10.50.0.24/29",
      options: { macvlan_mode: "bridge", parent: "eth1" },
      labels: {},
    },
  },
};

const DEMAND: NetworkRequirement = {
  kind: "network",
  subject: 'MacvlanNetwork "net"',
  owner: owner("net"),
  name: "net",
  settings: { attachable: true, labels: {}, subnet: "10.50.0.0/24", gateway: "10.50.0.1" },
  perHostConfig: PARTS,
};

const LABELS = { ...ownerLabels(owner("net")), "pulumi-swarm.swarm": "swarm-1" };

test("the label has the addresses where an engine does not report them, as Docker 29", () => {
  const { options, labels, ...addresses } = PARTS.hosts.a!;
  const silent = (more: Record<string, string>) =>
    config("a", { IPAM: { Driver: "default", Config: null }, Labels: { ...LABELS, ...more } });
  expect(toHostConfig(silent(addressesLabel(addresses)))).toEqual({ ...addresses, options, labels });
  expect(toHostConfig(silent(addressesLabel({})))).toEqual({ options, labels });
  expect(toHostConfig(config("a", { Labels: addressesLabel({ subnet: "10.99.0.0/24" }) })).subnet).toBe("10.50.0.0/24");
});

/** Returns a host's config-only network as the engine reports it; the Swarm's network has no labels. */
function config(key: "a" | "b", more: Partial<NetworkDetails> = {}): NetworkDetails {
  const { subnet = "", gateway = "", ipRange = "", options = {} } = PARTS.hosts[key]!;
  const Config = [{ Subnet: subnet, Gateway: gateway, IPRange: ipRange }];
  const own = { Id: `id-config-${key}`, Driver: "null", ConfigOnly: true, Options: options, Labels: LABELS };
  return network("net-config", subnet, { ...own, IPAM: { Driver: "default", Config }, ...more });
}

const live = (more: Partial<NetworkDetails> = {}): NetworkDetails =>
  network("net", "", {
    Scope: "swarm",
    Driver: "macvlan",
    Attachable: true,
    ConfigFrom: { Network: "net-config" },
    IPAM: { Driver: "", Config: [] },
    Options: null,
    Labels: null,
    ...more,
  });

/** Returns a Swarm of the manager `a` and the worker `b`, with the network and a service on it. */
function running(
  more: { a?: Partial<NetworkDetails>; b?: Partial<NetworkDetails>; net?: Partial<NetworkDetails> } = {},
) {
  const services = [service("store", ownerLabels(owner("store")), attached)];
  const hosts = withConfigLabels({
    a: ownManager({ networks: [config("a", more.a), live(more.net)] }, services),
    b: host({ hostname: "b", networks: [config("b", more.b)] }),
  });
  return snapshot(hosts, { allowOutage: false });
}

const lines = (found: ClusterSnapshot, requirement = DEMAND, others: NetworkRequirement[] = []) =>
  checkAll([...others, requirement], found)
    .filter(({ subject }) => subject === requirement.subject)
    .map(formatPreflightIssue);

const bare = (more: Partial<ClusterSnapshot> = {}) => snapshot({ a: host(), b: host({ hostname: "b" }) }, more);

test("converts the engine's network to the host's configuration", () => {
  expect(toHostConfig(config("a"))).toEqual(PARTS.hosts["a"]);
  expect(
    toHostConfig(network("x", "", { IPAM: { Driver: "default", Config: null }, Options: null, Labels: null })),
  ).toEqual({
    options: {},
    labels: {},
  });
});

describe("the owner of a Swarm network comes from its config-only networks' labels", () => {
  test("on any host", () => {
    const hosts = { a: ownManager({ networks: [live()] }), b: host({ networks: [config("b")] }) };
    const named = withConfigLabels(hosts)["a"]!.networks.find(({ Name }) => Name === "net");
    expect(named?.Labels).toEqual(LABELS);
  });

  test("removes an orphaned network of an interrupted `up`, and keeps its config-only networks", () => {
    const found = snapshot(
      withConfigLabels({ a: ownManager({ networks: [config("a"), live()] }), b: host({ networks: [config("b")] }) }),
    );
    expect(listOrphanedNetworks(owner("swarm"), { ...found, recordedIds: [] })).toEqual([
      { network: "net", networkId: "id-net" },
    ]);
    expect(listOrphanedNetworks(owner("swarm"), { ...found, recordedIds: ["id-net"] })).toEqual([]);
  });
});

describe("accepts", () => {
  test("a new network", () => expect(lines(bare())).toEqual([]));
  test("an existing network with the same settings", () => expect(lines(running())).toEqual([]));

  test("the hosts' routes into a network outside Docker", () => {
    const routes = [{ destination: "10.50.0.0/24", device: "eth1" }];
    const addresses = { a: "10.50.0.2", b: "10.50.0.3" };
    expect(lines(bare({ machines: { a: machine({ routes }) }, addresses }))).toEqual([]);
  });

  test("a VLAN that Docker creates on an existing device", () => {
    const [a, b] = [PARTS.hosts["a"]!, PARTS.hosts["b"]!];
    const perHost = { ...PARTS, hosts: { a: { ...a, options: { parent: "eth1.50" } }, b } };
    const machines = { a: machine({ mtus: { lo: 65_536, eth1: 1500 } }) };
    expect(lines(bare({ machines }), { ...DEMAND, perHostConfig: perHost })).toEqual([]);
  });

  test("a network with the same addresses on another host", () => {
    const perHost = { ...PARTS, hosts: { c: PARTS.hosts["b"]! } };
    expect(
      lines(bare(), DEMAND, [
        { ...DEMAND, subject: "other", name: "other", owner: owner("other"), perHostConfig: perHost },
      ]),
    ).toEqual([]);
  });
});

const IN_USE =
  "a change replaces the network, and service store would lose it: put the value back, or set allowOutage: true on the Swarm";

describe("rejects", () => {
  test.each<[string, ClusterSnapshot, string]>([
    [
      "a device that a host does not have",
      bare({ machines: { b: machine({ mtus: { lo: 65_536, docker0: 1500, eth0: 1500 } }) } }),
      'hosts.b.parent "eth1": host b has no such interface: it has eth0',
    ],
    [
      "a kernel without the driver",
      bare({ machines: { b: machine({ kernel: { vxlan: "yes", esp: "yes", macvlan: "no" } }) } }),
      'hosts "b": its kernel has no macvlan: install the kernel\'s further modules (linux-modules-extra, kernel-modules-extra), or use an IpvlanNetwork or an OverlayNetwork',
    ],
    [
      "a host's own address",
      bare({ addresses: { a: "10.50.0.17" } }),
      'hosts.a.ipRange "10.50.0.16/29": contains 10.50.0.17, an address of host a itself: give a range that is used by containers only',
    ],
    [
      "an address of another host's device",
      bare({ machines: { b: machine({ addresses: [{ device: "eth1", address: "10.50.0.18" }] }) } }),
      'hosts.a.ipRange "10.50.0.16/29": contains 10.50.0.18, an address of host b itself: give a range that is used by containers only',
    ],
    [
      "the addresses of another network on a host",
      snapshot({ a: host(), b: host({ networks: [network("legacy", "10.50.0.0/16")] }) }),
      'subnet "10.50.0.0/24": overlaps with 10.50.0.0/16, the network legacy on host b: an engine cannot have one address in two networks: remove one of them there',
    ],
    [
      "another owner's network with the config-only network's name",
      snapshot({ a: host(), b: host({ networks: [config("b", { Labels: {} })] }) }),
      'networkName "net": host b has a network net-config that belongs to something other than pulumi-swarm: use the state that created it, or choose another name',
    ],
    [
      "another address for a network in use",
      running({
        b: {
          IPAM: {
            Driver: "default",
            Config: [{ Subnet: "10.50.0.0/24", Gateway: "10.50.0.1", IPRange: "10.50.0.32/29" }],
          },
        },
      }),
      `hosts.b.ipRange "10.50.0.24/29": the network exists with "10.50.0.32/29"; ${IN_USE}`,
    ],
    [
      "another device for a network in use",
      running({ a: { Options: { macvlan_mode: "bridge", parent: "eth2" } } }),
      `hosts.a.parent "eth1": the network exists with "eth2"; ${IN_USE}`,
    ],
    [
      "another mode for a network in use",
      running({
        a: { Options: { macvlan_mode: "vepa", parent: "eth1" } },
        b: { Options: { macvlan_mode: "vepa", parent: "eth1" } },
      }),
      `mode "bridge": the network exists with "vepa"; ${IN_USE}`,
    ],
    [
      "another driver for a network in use",
      running({ net: { Driver: "ipvlan" } }),
      `driver "macvlan": the network exists with "ipvlan"; ${IN_USE}`,
    ],
  ])("%s", (_, found, line) => expect(lines(found)).toEqual([`MacvlanNetwork "net": ${line}`]));

  test("a host's own address if a single host has the whole subnet", () => {
    const perHost = { ...PARTS, hosts: { a: { ...PARTS.hosts["a"]!, ipRange: undefined } } };
    expect(lines(bare({ addresses: { a: "10.50.0.2" } }), { ...DEMAND, perHostConfig: perHost })).toEqual([
      'MacvlanNetwork "net": hosts.a.ipRange (not given): contains 10.50.0.2, an address of host a itself: give a range that is used by containers only',
    ]);
  });

  test("a host's route in a bridge's subnet", () => {
    const perHost: PerHostNetworkConfig = { ...PARTS, driver: "bridge" };
    const machines = { b: machine({ routes: [{ destination: "10.50.0.0/24", device: "eth1" }] }) };
    expect(lines(bare({ machines }), { ...DEMAND, perHostConfig: perHost })).toEqual([
      'MacvlanNetwork "net": subnet "10.50.0.0/24": overlaps with 10.50.0.0/24, a route of host b (eth1): choose a free one, for instance 10.20.0.0/24, or leave it out, and the Swarm chooses one',
    ]);
  });
});
