import ipaddr from "ipaddr.js";

/** A block of addresses that Docker divides into subnets of one size. */
export interface AddressPool {
  /** In CIDR form. */
  base: string;
  /** Prefix length of the subnets. */
  size: number;
}

/** Docker's default address pools of a Swarm, and the prefix length of the subnets it takes from them. */
export const DEFAULT_ADDRESS_POOLS = ["10.0.0.0/8"];
export const DEFAULT_SUBNET_SIZE = 24;

/** Docker's default address pools for bridge networks of one host. */
export const LOCAL_ADDRESS_POOLS: readonly AddressPool[] = [
  { base: "172.17.0.0/16", size: 16 },
  { base: "172.18.0.0/15", size: 16 },
  { base: "172.20.0.0/14", size: 16 },
  { base: "172.24.0.0/13", size: 16 },
  { base: "192.168.0.0/16", size: 20 },
];

/** Private addresses to suggest subnets from, beginning with those that few other networks use. */
const SUGGESTED_BASES = ["10.20.0.0/14", "10.64.0.0/10", "10.128.0.0/9", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * Returns the first subnets of the pools that overlap with none of the blocks in use, in the order in which Docker takes
 * them.
 *
 * @param inUse in CIDR form; IPv6 blocks are ignored
 * @param count how many to return at most
 */
export function findFreeSubnets(pools: readonly AddressPool[], inUse: readonly string[], count: number): string[] {
  const used = inUse.filter((block) => ipaddr.IPv4.isValidCIDR(block)).map(toInterval);
  const found: string[] = [];
  for (const { base, size } of pools) {
    const { start, end } = toInterval(base);
    const step = 2 ** (32 - size);
    let at = start;
    while (found.length < count && at + step <= end) {
      const use = used.find((other) => other.start < at + step && at < other.end);
      if (!use) found.push(`${formatAddress(at)}/${size}`);
      at = use ? Math.max(at + step, Math.ceil(use.end / step) * step) : at + step;
    }
  }
  return found;
}

/** Returns a free subnet to suggest in a message; undefined if all private addresses are in use. */
export function suggestSubnet(prefix: number, inUse: readonly string[]): string | undefined {
  return findFreeSubnets(
    SUGGESTED_BASES.map((base) => ({ base, size: prefix })),
    inUse,
    1,
  )[0];
}

/** The first address of a block, and the one after the last, as numbers. */
interface Interval {
  start: number;
  end: number;
}

function toInterval(block: string): Interval {
  const [, prefix] = ipaddr.IPv4.parseCIDR(block);
  const start = ipaddr.IPv4.networkAddressFromCIDR(block)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);
  return { start, end: start + 2 ** (32 - prefix) };
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}
