import ipaddr from "ipaddr.js";
import type { ValidationIssue } from "../input-validation-error.ts";

/** Addresses of a network, under the names of the arguments. Undefined: not set. */
export interface NetworkAddresses {
  /** In CIDR form. */
  subnet?: string;
  gateway?: string;
  /** The part of `subnet` that containers get addresses from, in CIDR form. */
  ipRange?: string;
}

/** Prefix lengths of a subnet: at most 16 million addresses, and enough for tasks in addition to the gateway. */
const SHORTEST_PREFIX = 8;
const LONGEST_PREFIX = 29;

/** Ranges that no private network can use. */
const RESERVED = ["loopback", "multicast", "linkLocal", "broadcast", "unspecified"];

interface Block {
  address: ipaddr.IPv4;
  prefix: number;
}

export function validateAddresses({ subnet, gateway, ipRange }: NetworkAddresses): ValidationIssue[] {
  if (subnet === undefined) {
    const needsSubnet = "has no effect without a subnet: give `subnet` as well";
    return [...issueIf("gateway", gateway, needsSubnet), ...issueIf("ipRange", ipRange, needsSubnet)];
  }
  const problem = subnetError(subnet);
  if (problem) return issueIf("subnet", subnet, problem);
  return [
    ...issueIf("gateway", gateway, gateway === undefined ? undefined : gatewayError(gateway, subnet)),
    ...issueIf("ipRange", ipRange, ipRange === undefined ? undefined : ipRangeError(ipRange, subnet)),
  ];
}

function issueIf(argument: string, value: string | undefined, problem: string | undefined): ValidationIssue[] {
  return value !== undefined && problem ? [{ argument, value, problem }] : [];
}

/** Returns what is wrong with a subnet, or undefined. */
export function subnetError(subnet: string): string | undefined {
  const problem = cidrError(subnet, "10.20.0.0/24");
  if (problem) return problem;
  const { address, prefix } = parseBlock(subnet);
  if (prefix < SHORTEST_PREFIX || prefix > LONGEST_PREFIX)
    return `must be between /${SHORTEST_PREFIX} and /${LONGEST_PREFIX}, for instance /24`;
  if (RESERVED.includes(address.range()))
    return `is ${address.range()}: choose one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`;
  return undefined;
}

/**
 * Returns the gateway that Docker would choose: the first address of the subnet. We always set it, because a value that
 * Docker fills in would look like a change in the next preview.
 */
export function defaultGateway(subnet: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = networkAddress(parseBlock(subnet)).toByteArray();
  return `${a}.${b}.${c}.${d + 1}`;
}

/** Whether two CIDR blocks have an address in common. False if either is not an IPv4 block. */
export function overlaps(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

/** Whether one CIDR block contains another. False if either is not an IPv4 block. */
export function contains(outer: string, inner: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(outer) || !ipaddr.IPv4.isValidCIDR(inner)) return false;
  const [around, within] = [parseBlock(outer), parseBlock(inner)];
  return around.prefix <= within.prefix && within.address.match(around.address, around.prefix);
}

/** Returns what is wrong with a block of IPv4 addresses, or undefined. */
export function cidrError(block: string, example: string): string | undefined {
  const [address = "", prefix] = block.split("/");
  if (ipaddr.IPv6.isValid(address))
    return `is IPv6, which this component does not support: give an IPv4 range (${example})`;
  if (prefix === undefined) return `has no prefix length: write it in CIDR form, for instance ${example}`;
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) || !ipaddr.IPv4.isValidCIDR(block)) {
    return `is not in CIDR form: write it like ${example}`;
  }
  const network = networkAddress(parseBlock(block)).toString();
  return network === address ? undefined : `has host bits set: write ${network}/${prefix}`;
}

function gatewayError(gateway: string, subnet: string): string | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(gateway)) {
    return `is not an IPv4 address: give one of ${subnet}, for instance ${defaultGateway(subnet)}`;
  }
  if (!contains(subnet, `${gateway}/32`)) {
    return `is not in the subnet ${subnet}: give one of its addresses, for instance ${defaultGateway(subnet)}`;
  }
  const taken: Record<string, string> = {
    [networkAddress(parseBlock(subnet)).toString()]: "network",
    [ipaddr.IPv4.broadcastAddressFromCIDR(subnet).toString()]: "broadcast",
  };
  return taken[gateway] && `is the ${taken[gateway]} address of ${subnet}: give ${defaultGateway(subnet)}`;
}

/** Returns what is wrong with an IP range of a subnet, or undefined. */
export function ipRangeError(ipRange: string, subnet: string, longestPrefix = LONGEST_PREFIX): string | undefined {
  const problem = cidrError(ipRange, subnet);
  if (problem) return problem;
  if (!contains(subnet, ipRange)) return `is not within the subnet ${subnet}: give a range in it`;
  return parseBlock(ipRange).prefix > longestPrefix
    ? `leaves too few addresses: make it /${longestPrefix} or wider`
    : undefined;
}

/**
 * Returns how many addresses of a block Docker may assign: all but the subnet's first, its last and the gateway.
 * Undefined if a block is not an IPv4 block.
 */
export function countFreeAddresses(block: string, subnet: string, gateway?: string): number | undefined {
  if (!ipaddr.IPv4.isValidCIDR(block) || !ipaddr.IPv4.isValidCIDR(subnet)) return undefined;
  const range = ipaddr.IPv4.parseCIDR(block);
  const reserved = reservedAddresses(subnet, gateway).filter((address) => address.match(range));
  return 2 ** (32 - range[1]) - reserved.length;
}

/** Returns the address that Docker may assign in a block that has exactly one; otherwise undefined. */
export function onlyFreeAddress(block: string, subnet: string, gateway: string): string | undefined {
  if (countFreeAddresses(block, subnet, gateway) !== 1) return undefined;
  const reserved = new Set(reservedAddresses(subnet, gateway).map(String));
  const [a = 0, b = 0, c = 0, d = 0] = parseBlock(block).address.toByteArray();
  // A block with one assignable address has at most four addresses, so only the last byte differs.
  const all = Array.from({ length: 2 ** (32 - parseBlock(block).prefix) }, (_, at) => `${a}.${b}.${c}.${d + at}`);
  return all.find((address) => !reserved.has(address));
}

function reservedAddresses(subnet: string, gateway: string | undefined): ipaddr.IPv4[] {
  const gateways = gateway && ipaddr.IPv4.isValid(gateway) ? [ipaddr.IPv4.parse(gateway)] : [];
  return [ipaddr.IPv4.networkAddressFromCIDR(subnet), ipaddr.IPv4.broadcastAddressFromCIDR(subnet), ...gateways];
}

function parseBlock(block: string): Block {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(block);
  return { address, prefix };
}

function networkAddress({ address, prefix }: Block): ipaddr.IPv4 {
  return ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${prefix}`);
}
