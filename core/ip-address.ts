import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Whether two texts are the same IP address: IPv6 addresses have several forms. */
export function isSameAddress(one: string, other: string): boolean {
  if (one === other) return true;
  return isIP(one) !== 0 && isIP(other) !== 0 && ipaddr.process(one).toString() === ipaddr.process(other).toString();
}

/** Whether an address leads to the machine itself. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || (isIP(address) !== 0 && ipaddr.process(address).range() === "loopback");
}

/** Ranges with addresses that a node of a Swarm cannot have. */
const NOT_OF_A_NODE = ["unspecified", "broadcast", "multicast"];

/** Returns why the Engine would reject a text as a node's address, with the fix; undefined if it would accept it. */
export function nodeAddressError(address: string): string | undefined {
  const [, host = "", prefix] = /^([^/]*)\/(\d+)$/.exec(address) ?? [];
  if (prefix !== undefined && isIP(host) !== 0) return `is a block of addresses: give the address alone, ${host}`;
  if (isIP(address) === 0) return "is not an IP address: give one of the machine's own, such as 10.0.20.11";
  const range = ipaddr.process(address).range();
  if (!NOT_OF_A_NODE.includes(range)) return undefined;
  return "is not an address at which other hosts reach a machine: give one of the machine's own, such as 10.0.20.11";
}
