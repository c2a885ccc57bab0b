import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Whether two texts are the same IP address: IPv6 addresses have several forms. */
export function isSameAddress(one: string, other: string): boolean {
  if (one === other) return true;
  return isIP(one) !== 0 && isIP(other) !== 0 && ipaddr.process(one).toString() === ipaddr.process(other).toString();
}
