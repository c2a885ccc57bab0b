import { describe, expect, test } from "vitest";
import { isSameAddress } from "../../../../core/ip-address.ts";
import { checkAll, formatReport } from "../../../../provider/preflight/checks/all.ts";
import { sendsVxlanOverIpv4Only } from "../../../../provider/preflight/checks/address-family.ts";
import { natHosts, linkMtus } from "../../../../provider/preflight/checks/underlay.ts";
import { host, machine, snapshot, SWARM } from "../../preflight-snapshot.ts";

/** Returns the report on two hosts, the first with this engine. */
function report(addresses: { a: string; b: string }, version: string, isNode = false) {
  const swarm = { NodeID: "n1", NodeAddr: addresses.a, LocalNodeState: "active", ControlAvailable: false } as const;
  const engines = {
    a: host({}, { ServerVersion: version, ...(isNode && { Swarm: swarm }) }),
    b: host({ hostname: "b" }, { Name: "b", ID: "engine-b" }),
  };
  // The managers of a node that is no manager do not answer.
  const found = snapshot(engines, { addresses, unreachable: isNode ? ["m"] : [] });
  const { errors, warnings } = formatReport(checkAll([SWARM], found), found);
  return { errors, warnings: warnings.filter((line) => line.startsWith("warning:")) };
}

const IPV6 = { a: "2001:db8::1", b: "2001:db8::2" };
const TOO_OLD =
  'Swarm "swarm": hosts.a.privateAddress "2001:db8::1": is IPv6, over which Docker 24.0.9 sends no packets of overlay networks: upgrade it to 25.0 or later, or give an IPv4 address';

describe("IPv6 addresses", () => {
  test("are refused with engines that send no VXLAN over them", () => {
    expect(report(IPV6, "24.0.9")).toEqual({ errors: [TOO_OLD], warnings: [] });
  });

  test("only cause a warning on hosts that are nodes already", () => {
    expect(report(IPV6, "24.0.9", true)).toEqual({ errors: [], warnings: [`warning: ${TOO_OLD}`] });
  });

  test("are accepted with later engines", () => {
    expect(report(IPV6, "25.0.0")).toEqual({ errors: [], warnings: [] });
  });

  test("are refused beside IPv4 addresses", () => {
    expect(report({ a: "2001:db8::1", b: "192.0.2.2" }, "28.2.2").errors).toEqual([
      'Swarm "swarm": hosts.a.privateAddress "2001:db8::1": is IPv6, and that of host b (192.0.2.2) is IPv4: networks between them carry no traffic: give all hosts addresses of one family',
    ]);
  });

  test("are found on their interfaces in every form", () => {
    const own = machine({ addresses: [{ device: "eth0", address: "2001:db8::1" }], mtus: { eth0: 1400 } });
    const found = snapshot({}, { addresses: { a: "2001:DB8:0:0::1" }, machines: { a: own } });
    expect(natHosts(found)).toEqual([]);
    expect(linkMtus(found)).toEqual([{ key: "a", device: "eth0", mtu: 1400 }]);
  });
});

describe("a data path address", () => {
  const own = [
    { device: "eth0", address: "192.0.2.1" },
    { device: "eth1", address: "10.9.0.1" },
    { device: "docker0", address: "172.17.0.1" },
  ];
  const seen = (dataPathAddress: string) =>
    snapshot(
      { a: host() },
      {
        addresses: { a: "192.0.2.1" },
        dataPathAddresses: { a: dataPathAddress },
        machines: { a: machine({ addresses: own, mtus: { eth0: 1500, eth1: 9000 } }) },
      },
    );

  test("has the interface that counts for the MTU, and no NAT of the other address", () => {
    expect(linkMtus(seen("10.9.0.1"))).toEqual([{ key: "a", device: "eth1", mtu: 9000 }]);
    expect(natHosts(seen("10.9.0.1"))).toEqual([]);
  });
});

test.each([
  ["20.10.24+dfsg1", true],
  ["24.0.9", true],
  ["25.0.0", false],
  ["29.0.0-beta.24", false],
])("Docker %s sends VXLAN over IPv4 only: %s", (version, isOld) => expect(sendsVxlanOverIpv4Only(version)).toBe(isOld));

test.each([
  ["2001:db8::1", "2001:0DB8:0::1", true],
  ["::ffff:192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["node1", "node1", true],
  ["node1", "192.0.2.1", false],
])("%s and %s are the same address: %s", (one, other, same) => expect(isSameAddress(one, other)).toBe(same));
