import ipaddr from "ipaddr.js";

/** A subnet is a sixteenth of the VPC: eight zones, each with a public and a private one. */
const SUBNET_BITS = 4;
const ZONES = 8;

export type SubnetKind = "public" | "private";

/** Whether a zone's subnets have a place: it is that of the letter its name ends with, a to h. */
export function hasSubnet(zone: string): boolean {
  return subnetIndex(zone) >= 0 && subnetIndex(zone) < ZONES;
}

/**
 * The addresses of a zone's subnet. They follow from the zone's letter alone, so that zones which come and go move no
 * other's: public subnets are the first half of the VPC, private ones the second.
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
