import { describe, expect, test } from "vitest";
import { validateAddresses, contains, defaultGateway, overlaps } from "../../../../core/networks/cidr.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";

const lines = (plan: Parameters<typeof validateAddresses>[0]) =>
  validateAddresses(plan).map((finding) => formatIssue("N", finding));

describe("valid addresses", () => {
  test.each([
    {},
    { subnet: "10.20.0.0/24" },
    { subnet: "10.0.0.0/8" },
    { subnet: "192.168.1.8/29" },
    { subnet: "10.20.0.0/24", gateway: "10.20.0.254", ipRange: "10.20.0.128/25" },
  ])("%j", (plan) => expect(lines(plan)).toEqual([]));
});

describe("invalid addresses", () => {
  test.each([
    [
      { subnet: "10.20.0.0" },
      'subnet "10.20.0.0": has no prefix length: write it in CIDR form, for instance 10.20.0.0/24',
    ],
    [{ subnet: "10.20.0/24" }, 'subnet "10.20.0/24": is not in CIDR form: write it like 10.20.0.0/24'],
    [{ subnet: "" }, 'subnet "": has no prefix length: write it in CIDR form, for instance 10.20.0.0/24'],
    [{ subnet: "10.20.0.0/33" }, 'subnet "10.20.0.0/33": is not in CIDR form: write it like 10.20.0.0/24'],
    [{ subnet: "10.20.0.300/24" }, 'subnet "10.20.0.300/24": is not in CIDR form: write it like 10.20.0.0/24'],
    [{ subnet: "10.20.0.7/24" }, 'subnet "10.20.0.7/24": has host bits set: write 10.20.0.0/24'],
    [{ subnet: "10.0.0.0/7" }, 'subnet "10.0.0.0/7": must be between /8 and /29, for instance /24'],
    [{ subnet: "10.20.0.0/30" }, 'subnet "10.20.0.0/30": must be between /8 and /29, for instance /24'],
    [
      { subnet: "fd00::/64" },
      'subnet "fd00::/64": is IPv6, which this component does not support: give an IPv4 range (10.20.0.0/24)',
    ],
    [
      { subnet: "127.1.0.0/16" },
      'subnet "127.1.0.0/16": is loopback: choose one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16',
    ],
    [
      { subnet: "224.1.0.0/16" },
      'subnet "224.1.0.0/16": is multicast: choose one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16',
    ],
    [{ gateway: "10.20.0.1" }, 'gateway "10.20.0.1": has no effect without a subnet: give `subnet` as well'],
    [{ ipRange: "10.20.0.0/25" }, 'ipRange "10.20.0.0/25": has no effect without a subnet: give `subnet` as well'],
    [
      { subnet: "10.20.0.0/24", gateway: "first" },
      'gateway "first": is not an IPv4 address: give one of 10.20.0.0/24, for instance 10.20.0.1',
    ],
    [
      { subnet: "10.20.0.0/24", gateway: "10.21.0.1" },
      'gateway "10.21.0.1": is not in the subnet 10.20.0.0/24: give one of its addresses, for instance 10.20.0.1',
    ],
    [
      { subnet: "10.20.0.0/24", gateway: "10.20.0.0" },
      'gateway "10.20.0.0": is the network address of 10.20.0.0/24: give 10.20.0.1',
    ],
    [
      { subnet: "10.20.0.0/24", gateway: "10.20.0.255" },
      'gateway "10.20.0.255": is the broadcast address of 10.20.0.0/24: give 10.20.0.1',
    ],
    [
      { subnet: "10.20.0.0/24", ipRange: "10.21.0.0/25" },
      'ipRange "10.21.0.0/25": is not within the subnet 10.20.0.0/24: give a range in it',
    ],
    [
      { subnet: "10.20.0.0/24", ipRange: "10.20.0.1/25" },
      'ipRange "10.20.0.1/25": has host bits set: write 10.20.0.0/25',
    ],
    [
      { subnet: "10.20.0.0/24", ipRange: "10.20.0.4/30" },
      'ipRange "10.20.0.4/30": leaves too few addresses: make it /29 or wider',
    ],
  ])("%j", (plan, line) => expect(lines(plan)).toEqual([`N: ${line}`]));
});

test.each([
  ["10.20.0.0/24", "10.20.0.1"],
  ["10.0.0.0/8", "10.0.0.1"],
  ["192.168.1.8/29", "192.168.1.9"],
])("the first address of %s is %s", (subnet, address) => expect(defaultGateway(subnet)).toBe(address));

test.each([
  ["10.0.0.0/8", "10.20.0.0/24", true],
  ["10.20.0.0/24", "10.0.0.0/8", true],
  ["10.20.0.0/24", "10.20.0.0/24", true],
  ["10.20.0.0/24", "10.20.1.0/24", false],
  ["10.20.0.0/24", "fd00::/64", false],
])("%s and %s overlap: %s", (a, b, expected) => expect(overlaps(a, b)).toBe(expected));

test("a narrower block does not contain a wider one", () => {
  expect(contains("10.0.0.0/8", "10.20.0.0/24")).toBe(true);
  expect(contains("10.20.0.0/24", "10.0.0.0/8")).toBe(false);
});
