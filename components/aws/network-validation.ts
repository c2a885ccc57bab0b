import ipaddr from "ipaddr.js";
import { cidrError, contains, overlaps } from "../../core/networks/cidr.ts";
import { knownValue } from "../shared/inputs.ts";
import { validatePort } from "../../core/port.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import type { AwsMachinesArgs, OpenPort } from "./args.ts";
import { DEFAULT_CIDR, isExistingNetwork, type PlannedMachine } from "./plan.ts";
import { hasSubnet, subnetOf, type SubnetKind } from "./subnets.ts";

/** Whether a name looks like an availability zone. */
export const isZone = (zone: string) => /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone);

/** Validates the machines' network. */
export function validateNetwork(
  { network = {}, internet = "public-addresses" }: AwsMachinesArgs,
  zones: readonly string[],
): ValidationIssue[] {
  const regions = [...new Set(zones.filter(isZone).map((zone) => zone.slice(0, -1)))];
  const issues: ValidationIssue[] = [];
  if (regions.length > 1) {
    const problem = "are in several regions: put all machines of a Swarm in one region";
    issues.push({ argument: "zones", value: zones, problem });
  }
  if (isExistingNetwork(network)) {
    for (const zone of zones.filter((name) => !(name in network.subnetIds))) {
      const problem = "is missing: a machine is in that zone";
      issues.push({ argument: `network.subnetIds.${zone}`, value: undefined, problem });
    }
    return issues;
  }
  const { cidr = DEFAULT_CIDR, subnets = {} } = network;
  const problem = cidrError(cidr, DEFAULT_CIDR) ?? widthError(cidr);
  if (problem) return [...issues, { argument: "network.cidr", value: cidr, problem }];
  for (const zone of zones.filter((name) => isZone(name) && !hasSubnet(name))) {
    const noSubnet =
      "gets no subnet, because only zones a to h do: create the network yourself, and give it as network";
    issues.push({ argument: "zones", value: zone, problem: noSubnet });
  }
  const hasPublicAddresses = internet === "public-addresses";
  const taken = zones.filter(hasSubnet).flatMap((zone) => {
    const kinds: SubnetKind[] = hasPublicAddresses ? ["public"] : ["public", "private"];
    const generated = zone in subnets ? kinds.slice(0, -1) : kinds;
    return generated.map((kind) => ({ zone, block: subnetOf(cidr, zone, kind) }));
  });
  for (const [zone, subnet] of Object.entries(subnets)) {
    const other = taken.find(({ block }) => overlaps(block, subnet));
    const shared = other && `overlaps ${other.block}, a subnet of ${other.zone}: give each its own range`;
    const problem = cidrError(subnet, "10.60.7.0/24") ?? subnetError(cidr, subnet) ?? shared;
    if (problem) issues.push({ argument: `network.subnets.${zone}`, value: subnet, problem });
    taken.push({ zone, block: subnet });
  }
  return issues;
}

function widthError(cidr: string): string | undefined {
  const prefix = Number(cidr.split("/")[1]);
  return prefix < 16 || prefix > 24 ? "must be from /16 to /24" : undefined;
}

function subnetError(cidr: string, subnet: string): string | undefined {
  if (!contains(cidr, subnet)) return `is not within the VPC's ${cidr}: give a range within it`;
  return Number(subnet.split("/")[1]) > 28 ? "is too small for EC2: give /28 or wider" : undefined;
}

/** Wider ranges count as the whole internet. */
const MIN_RESTRICTED_PREFIX = 8;

/** Validates the address ranges that ports are opened to. */
export function validateSources({
  allowFrom = {},
  allowAnywhere = [],
  loadBalancer,
}: AwsMachinesArgs): ValidationIssue[] {
  const open = (Object.entries(allowFrom) as [OpenPort, string[]][]).flatMap(([what, from]) =>
    from.flatMap((cidr, at) => validateSourceCidr(`allowFrom.${what}[${at}]`, knownValue(cidr), what, allowAnywhere)),
  );
  const clients = loadBalancer?.from ?? [];
  return [
    ...open,
    ...clients.flatMap((cidr, at) => validateSourceCidr(`loadBalancer.from[${at}]`, knownValue(cidr), "s3", [])),
  ];
}

/** Validates an address range that a service is opened to, if it is known. */
export function validateSourceCidr(
  argument: string,
  cidr: string | undefined,
  what: OpenPort,
  allowAnywhere: readonly OpenPort[],
): ValidationIssue[] {
  if (cidr === undefined) return [];
  const problem = cidrError(cidr, "192.0.2.7/32");
  if (problem) return [{ argument, value: cidr, problem }];
  const [, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  if (what === "s3" || prefix >= MIN_RESTRICTED_PREFIX || allowAnywhere.includes(what)) return [];
  const tooWide = `opens ${what} to the internet: give your own addresses, or permit it with allowAnywhere: ["${what}"]`;
  return [{ argument, value: cidr, problem: tooWide }];
}

/** Validates the load balancer. */
export function validateLoadBalancer(args: AwsMachinesArgs, machines: readonly PlannedMachine[]): ValidationIssue[] {
  const { loadBalancer, network, internet = "public-addresses" } = args;
  if (!loadBalancer) return [];
  const { ports, machines: behind, internal = false, subnetIds } = loadBalancer;
  const issues = ports.flatMap((port, at) => validatePort(`loadBalancer.ports[${at}]`, port));
  if (ports.length === 0 || new Set(ports).size < ports.length) {
    issues.push({
      argument: "loadBalancer.ports",
      value: ports,
      problem: "must be at least one port, without duplicates",
    });
  }
  const known = machines.map(({ key }) => key);
  for (const key of (behind ?? []).filter((name) => !known.includes(name))) {
    const problem = `is not a machine: choose one of ${known.join(", ")}`;
    issues.push({ argument: "loadBalancer.machines", value: key, problem });
  }
  if (isExistingNetwork(network) && internet !== "public-addresses" && !internal && !subnetIds) {
    const problem =
      "is required, because the machines' own subnets are not public: give public subnets of the network, or internal: true";
    issues.push({ argument: "loadBalancer.subnetIds", value: subnetIds, problem });
  }
  return issues;
}
