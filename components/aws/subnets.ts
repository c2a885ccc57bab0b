import ipaddr from "ipaddr.js";

/** A subnet is a sixteenth of the VPC: eight zones, each with a public and a private subnet. */
const SUBNET_BITS = 4;
const ZONES = 8;

export type SubnetKind = "public" | "private";

/** Whether a zone gets subnets: only zones with the letters a to h do. */
export function hasSubnet(zone: string): boolean {
  return subnetIndex(zone) >= 0 && subnetIndex(zone) < ZONES;
}

/**
 * Returns the address range of a zone's subnet. It depends on the zone's letter only, so that adding or removing zones
 * moves no other subnet. Public subnets are in the first half of the VPC, private ones in the second.
 */
export function subnetOf(vpc: string, zone: string, kind: SubnetKind): string {
  const [base, prefix] = ipaddr.IPv4.parseCIDR(vpc);
  const length = prefix + SUBNET_BITS;
  const block = subnetIndex(zone) + (kind === "private" ? ZONES : 0);
  const first = base.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0) + block * 2 ** (32 - length);
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join(".")}/${length}`;
}

function subnetIndex(zone: string): number {
  return (zone.at(-1) ?? "").charCodeAt(0) - "a".charCodeAt(0);
}
