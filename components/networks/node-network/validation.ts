import {
  validateAddressPlan,
  defaultGateway,
  countFreeAddresses,
  overlaps,
  ipRangeError,
} from "../../../core/networks/cidr.ts";
import { validateHostKeys } from "../../../core/host-keys.ts";
import { validateNetworkLabels, validateNetworkName } from "../../../core/network-rules.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { configName, type HostAttachment, type KnownSpec } from "./spec.ts";

/** What Linux takes for the name of a device: 15 characters at most, and a VLAN's number after a dot. */
const DEVICE_NAME = /^[^\s/:]{1,15}$/;
const VLAN = /^(.+)\.(\d+)$/;

/** A host may have a single address to give. */
const NARROWEST = 32;

/** What is wrong with a network of these hosts, as far as it is known. */
export function validateNodeNetwork(
  networkName: string,
  spec: KnownSpec,
  swarmHosts: readonly string[],
): ValidationIssue[] {
  const keys = Object.keys(spec.hosts);
  if (keys.length === 0) {
    const problem = `a network is on at least one host: name one of ${swarmHosts.toSorted().join(", ")}`;
    return [{ argument: "hosts", value: keys, problem }];
  }
  return [
    ...validateName(networkName),
    ...validateHostKeys("hosts", keys, swarmHosts),
    ...validateNetworkLabels(spec.labels),
    ...validateAddressPlan(spec),
  ];
}

/** The same, and what is wrong with how its hosts are plugged in and share the addresses. */
export function validateL2Network(
  networkName: string,
  spec: KnownSpec,
  swarmHosts: readonly string[],
): ValidationIssue[] {
  const findings = validateNodeNetwork(networkName, spec, swarmHosts);
  const parents = Object.entries(spec.hosts).flatMap(([host, { parent }]) => validateParent(host, parent));
  const missing = spec.subnet === "" ? [missingSubnetIssue()] : [];
  // Where the subnet itself is wrong, nothing can be said of its parts.
  const isSound = spec.subnet !== "" && !findings.some(({ argument }) => ["subnet", "gateway"].includes(argument));
  return [...findings, ...missing, ...parents, ...(isSound ? validateIpRanges(spec) : [])];
}

/** Beside the network there is another on each host, whose name is longer. */
function validateName(networkName: string): ValidationIssue[] {
  const findings = validateNetworkName(networkName);
  if (findings.length > 0 || validateNetworkName(configName(networkName)).length === 0) return findings;
  const problem = `is too long: ${configName(networkName)} is made beside it, which has 63 characters at most`;
  return [{ argument: "networkName", value: networkName, problem }];
}

function missingSubnetIssue(): ValidationIssue {
  const problem = "must be the addresses that the network has outside of Docker, for instance 10.50.0.0/24";
  return { argument: "subnet", value: "", problem };
}

function validateParent(host: string, parent: string | undefined): ValidationIssue[] {
  if (parent === undefined) return [];
  const problem = parentError(parent);
  return problem ? [{ argument: `hosts.${host}.parent`, value: parent, problem }] : [];
}

function parentError(parent: string): string | undefined {
  if (!DEVICE_NAME.test(parent)) {
    return "is no device of a host: give one of those that `ip link` lists there, or a VLAN of one, such as eth0.50";
  }
  if (parent === "lo") return "leads nowhere: give the device that leads into the network, such as eth1";
  const [, , vlan] = VLAN.exec(parent) ?? [];
  if (vlan === undefined || (Number(vlan) >= 1 && Number(vlan) <= 4094)) return undefined;
  return "names no VLAN: its number, after the dot, must be from 1 to 4094";
}

/** Every engine gives away addresses by itself: two hosts with the same would give them twice. */
function validateIpRanges({ hosts, subnet, gateway }: KnownSpec): ValidationIssue[] {
  const entries = Object.entries(hosts);
  return entries.flatMap(([host, { ipRange }], at) => {
    const argument = `hosts.${host}.ipRange`;
    const refused = (value: unknown, problem: string) => [{ argument, value, problem }];
    if (ipRange === undefined || subnet === undefined) return [];
    if (ipRange === "") {
      const own = "is all of the subnet, as other hosts have a part of it too: give each host its own";
      return entries.length > 1 ? refused(undefined, own) : [];
    }
    const problem = ipRangeError(ipRange, subnet, NARROWEST) ?? emptyRangeError(ipRange, subnet, gateway);
    if (problem) return refused(ipRange, problem);
    const rival = entries.slice(0, at).find(([, other]) => overlapsRange(other, ipRange));
    const overlapping = rival && `overlaps with that of host ${rival[0]} (${rival[1].ipRange}): give each its own part`;
    return overlapping ? refused(ipRange, overlapping) : [];
  });
}

function emptyRangeError(ipRange: string, subnet: string, gateway: string | undefined): string | undefined {
  if (gateway === undefined || (countFreeAddresses(ipRange, subnet, gateway || defaultGateway(subnet)) ?? 1) > 0)
    return undefined;
  return `has no address to give: of ${subnet} the first, the last and the gateway's are nobody else's`;
}

function overlapsRange({ ipRange }: Partial<HostAttachment>, other: string): boolean {
  return ipRange !== undefined && ipRange !== "" && overlaps(ipRange, other);
}

/** What is wrong with the mode of a driver. */
export function validateMode(mode: string | undefined, modes: readonly string[]): ValidationIssue[] {
  if (mode === undefined || modes.includes(mode)) return [];
  return [{ argument: "mode", value: mode, problem: `must be ${modes.map((one) => `"${one}"`).join(" or ")}` }];
}
