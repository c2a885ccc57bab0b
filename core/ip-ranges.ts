import ipaddr from "ipaddr.js";

/** Address families, with the number of public addresses above which a list of ranges counts as worldwide. */
const FAMILIES = {
  // More than a /8.
  IPv4: {
    bits: 32,
    most: 2n ** 24n,
    public: ["0.0.0.0/0"],
    // Ranges that are not routed on the internet (RFC 6890), and multicast.
    local: [
      ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
      ...["192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
      ...["224.0.0.0/4", "240.0.0.0/4"],
    ],
  },
  // More than a /16; whole registries have a /12.
  IPv6: { bits: 128, most: 2n ** 112n, public: ["2000::/3"], local: ["2001:db8::/32"] },
} as const;

export type AddressFamily = keyof typeof FAMILIES;

/** The first address, and the one after the last. */
type Interval = readonly [bigint, bigint];

/**
 * Returns the families in which the ranges together cover more public addresses than any organization has: more than a /8
 * of IPv4 or a /16 of IPv6. So two halves of the internet count like the whole. Ignores invalid ranges.
 */
export function worldwideFamilies(ranges: readonly string[]): AddressFamily[] {
  return (Object.keys(FAMILIES) as AddressFamily[]).filter((family) => {
    const { most, public: everywhere, local } = FAMILIES[family];
    const covered = merged(intervals(ranges, family));
    const inside = intersection(covered, merged(intervals(everywhere, family)));
    return size(inside) - size(intersection(inside, merged(intervals(local, family)))) > most;
  });
}

function intervals(ranges: readonly string[], family: AddressFamily): Interval[] {
  return ranges.flatMap((range) => {
    const text = range.trim();
    const [address, length] = ipaddr.isValidCIDR(text)
      ? ipaddr.parseCIDR(text)
      : [ipaddr.isValid(text) ? ipaddr.parse(text) : undefined, undefined];
    if (address === undefined) return [];
    // ::ffff:0:0/96 is IPv4 in IPv6 notation.
    const mapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && (length ?? 128) >= 96;
    const own = mapped ? address.toIPv4Address() : address;
    const prefix = mapped && length !== undefined ? length - 96 : length;
    const { bits } = FAMILIES[family];
    if ((own.kind() === "ipv4" ? "IPv4" : "IPv6") !== family) return [];
    const count = 2n ** BigInt(bits - (prefix ?? bits));
    const first = number(own.toByteArray());
    const start = first - (first % count);
    return [[start, start + count] as const];
  });
}

const number = (bytes: readonly number[]) => bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

/** Sorts intervals and merges those that overlap. */
function merged(given: readonly Interval[]): Interval[] {
  const result: [bigint, bigint][] = [];
  for (const [start, end] of given.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end > last[1] ? end : last[1];
    else result.push([start, end]);
  }
  return result;
}

function intersection(some: readonly Interval[], others: readonly Interval[]): Interval[] {
  return some.flatMap(([start, end]) =>
    others.flatMap(([first, after]) => {
      const [from, to] = [start > first ? start : first, end < after ? end : after];
      return from < to ? [[from, to] as const] : [];
    }),
  );
}

const size = (given: readonly Interval[]) => given.reduce((sum, [start, end]) => sum + (end - start), 0n);
