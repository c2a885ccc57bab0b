import { expect, test } from "vitest";
import { type AddressFamily, worldwideFamilies } from "../../../core/ip-ranges.ts";

const blocks = (count: number, prefix: number, first = 11) =>
  Array.from({ length: count }, (_, at) => {
    const address = (first * 2 ** 24 + at * 2 ** (32 - prefix)) >>> 0;
    return `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")}/${prefix}`;
  });

test.each<[string, string[], AddressFamily[]]>([
  ["nothing", [], []],
  ["an address", ["198.51.100.7"], []],
  ["everything private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"], []],
  ["a public /8", ["11.0.0.0/8"], []],
  ["a public /8 twice", ["11.0.0.0/8", "11.0.0.0/8", "11.1.0.0/16"], []],
  ["more than a public /8", ["11.0.0.0/8", "12.0.0.0/24"], ["IPv4"]],
  ["a /7 of which a half is private", ["10.0.0.0/7"], []],
  ["all", ["0.0.0.0/0"], ["IPv4"]],
  ["all, by another address", ["1.2.3.4/0"], ["IPv4"]],
  ["halves", ["0.0.0.0/1", "128.0.0.0/1"], ["IPv4"]],
  ["one half", ["128.0.0.0/1"], ["IPv4"]],
  ["quarters", ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"], ["IPv4"]],
  ["many small ones", blocks(513, 17), ["IPv4"]],
  ["as many as a /8", blocks(512, 17), []],
  ["multicast", ["224.0.0.0/4"], []],
  ["all of IPv6", ["::/0"], ["IPv6"]],
  ["halves of IPv6", ["::/1", "8000::/1"], ["IPv6"]],
  ["what is routed of IPv6", ["2000::/3"], ["IPv6"]],
  ["a provider's IPv6", ["2a00::/16"], []],
  ["both", ["0.0.0.0/0", "::/0"], ["IPv4", "IPv6"]],
  ["IPv4 in words of IPv6", ["::ffff:0.0.0.0/97", "::ffff:128.0.0.0/97"], ["IPv4"]],
  ["no ranges", ["anybody", "", "10.0.0.0/99"], []],
])("%s: %j is worldwide in %j", (_what, ranges, families) => expect(worldwideFamilies(ranges)).toEqual(families));
