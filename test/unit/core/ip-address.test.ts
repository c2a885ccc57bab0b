import { expect, test } from "vitest";
import { isLoopback, nodeAddressError } from "../../../core/ip-address.ts";

test.each<[string, string | undefined]>([
  ["10.0.0.2", undefined],
  ["127.0.0.1", undefined],
  ["2001:db8::1", undefined],
  ["10.0.0.2/24", "is a block of addresses: give the address alone, 10.0.0.2"],
  ["2001:db8::1/64", "is a block of addresses: give the address alone, 2001:db8::1"],
  ["eth1", "is not an IP address"],
  ["node1.example.com", "is not an IP address"],
  ["10.0.0.300", "is not an IP address"],
  ["10.0.0.2:2377", "is not an IP address"],
  ["", "is not an IP address"],
  ["0.0.0.0", "is not an address at which other hosts reach a machine"],
  ["::", "is not an address at which other hosts reach a machine"],
  ["224.0.0.1", "is not an address at which other hosts reach a machine"],
])("the Engine takes %j as a node's address unless it %s", (address, problem) => {
  const found = nodeAddressError(address);
  expect(found?.slice(0, problem?.length)).toBe(problem);
});

test.each([
  ["127.0.0.1", true],
  ["127.8.8.8", true],
  ["::1", true],
  ["localhost", true],
  ["127.example", false],
  ["10.0.0.1", false],
])("%s leads to the machine itself: %s", (address, isIt) => expect(isLoopback(address)).toBe(isIt));
