import { expect, test } from "vitest";
import { closestName, suggestName } from "../../../core/closest-name.ts";

const KNOWN = ["ca", "hostname", "hosts", "memoryMiB", "parity", "port", "subnet", "timeoutSeconds", "tls"];

test.each([
  ["partiy", "parity"],
  ["pariti", "parity"],
  ["hostName", "hostname"],
  ["host_name", "hostname"],
  ["hosst", "hosts"],
  ["subnett", "subnet"],
  ["ports", "port"],
  ["timeout", "timeoutSeconds"],
  ["memory", "memoryMiB"],
  ["TLS", "tls"],
  ["cr", "ca"],
  ["prt", "port"],
  ["partly", "parity"],
  ["pretty", undefined],
  ["a", undefined],
  ["colour", undefined],
  ["image", undefined],
  ["s3", undefined],
  ["", undefined],
])("the known name that resembles %o is %o", (name, closest) => {
  expect(closestName(name, KNOWN)).toBe(closest);
});

test("a name resembles none if there are none", () => {
  expect(closestName("a", [])).toBeUndefined();
});

test("suggests the closest name, or else all", () => {
  expect(suggestName("pariti", KNOWN)).toBe('did you mean "parity"?');
  expect(suggestName("colour", ["hosts", "port"])).toBe("choose one of hosts, port");
});
