import { describe, expect, test } from "vitest";
import { type AddressPool, findFreeSubnets, suggestSubnet } from "../../../../core/networks/address-pools.ts";

describe("finds the free subnets of", () => {
  test.each<[string, AddressPool[], string[], number, string[]]>([
    ["a pool without networks", [{ base: "10.0.0.0/8", size: 24 }], [], 2, ["10.0.0.0/24", "10.0.1.0/24"]],
    ["a pool of one subnet", [{ base: "10.20.0.0/24", size: 24 }], [], 2, ["10.20.0.0/24"]],
    ["a pool that is smaller than one subnet", [{ base: "10.20.0.0/24", size: 20 }], [], 2, []],
    [
      "several pools, in their order",
      [
        { base: "10.30.0.0/24", size: 25 },
        { base: "10.20.0.0/24", size: 25 },
      ],
      [],
      3,
      ["10.30.0.0/25", "10.30.0.128/25", "10.20.0.0/25"],
    ],
    [
      "a pool with networks of other sizes",
      [{ base: "10.20.0.0/16", size: 24 }],
      ["10.20.0.0/25", "10.20.1.64/26", "10.20.4.0/23", "fd00::/64"],
      3,
      ["10.20.2.0/24", "10.20.3.0/24", "10.20.6.0/24"],
    ],
    ["a pool inside a route", [{ base: "10.20.0.0/16", size: 24 }], ["10.0.0.0/8"], 1, []],
    ["a large pool behind a large route", [{ base: "10.0.0.0/8", size: 29 }], ["10.0.0.0/9"], 1, ["10.128.0.0/29"]],
    [
      "the end of the addresses",
      [{ base: "255.255.255.0/24", size: 25 }],
      [],
      3,
      ["255.255.255.0/25", "255.255.255.128/25"],
    ],
  ])("%s", (_, pools, inUse, count, free) => expect(findFreeSubnets(pools, inUse, count)).toEqual(free));
});

test.each([
  [24, [], "10.20.0.0/24"],
  [24, ["10.20.0.0/16"], "10.21.0.0/24"],
  [16, ["10.0.0.0/8"], "172.16.0.0/16"],
  [24, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], undefined],
])("suggests a /%s besides %j: %s", (prefix, inUse, subnet) => expect(suggestSubnet(prefix, inUse)).toBe(subnet));
