import {
  validateAddresses,
  defaultGateway,
  countFreeAddresses,
  overlaps,
  ipRangeError,
} from "../../../core/networks/cidr.ts";
import { validateHostKeys } from "../../../core/host-keys.ts";
import { BRIDGE_NAME_OPTION } from "../../../core/networks/driver-options.ts";
import { MTU_OPTION, validateMtu, validateNetworkName } from "../../../core/network-rules.ts";
import { validateLabels } from "../../../core/label-rules.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { configName, type KnownSpec } from "./spec.ts";

/** A Linux interface name: at most 15 characters. */
const DEVICE_NAME = /^[^\s/:]{1,15}$/;
/** A VLAN interface: the interface that carries it, and the VLAN id. */
const VLAN = /^(.+)\.(\d+)$/;

/** The prefix length of a range with a single address. */
const LONGEST_PREFIX = 32;

/** Validates the known settings of a network on these hosts. */
export function validateNodeNetwork(
  networkName: string,
  spec: KnownSpec,
  swarmHosts: readonly string[],
): ValidationIssue[] {
  const keys = Object.keys(spec.hosts);
  if (keys.length === 0) {
    const problem = `a network needs at least one host: give one of ${swarmHosts.toSorted().join(", ")}`;
    return [{ argument: "hosts", value: keys, problem }];
  }
  return [
    ...validateName(networkName),
    ...validateHostKeys("hosts", keys, swarmHosts),
    ...validateLabels("labels", spec.labels),
    ...(isDeferred(spec, "subnet") ? [] : validateAddresses({ subnet: spec.subnet, gateway: spec.gateway })),
  ];
}

/** Validates the known settings of a macvlan or ipvlan network, with the interface and IP range of each host. */
export function validateL2Network(
  networkName: string,
  spec: KnownSpec,
  swarmHosts: readonly string[],
): ValidationIssue[] {
  const issues = validateNodeNetwork(networkName, spec, swarmHosts);
  const parents = Object.keys(spec.hosts).flatMap((host) => validateParent(host, spec));
  const missing = spec.subnet === undefined && !isDeferred(spec, "subnet") ? [missingSubnetIssue()] : [];
  // The IP ranges can only be checked within valid addresses.
  const hasValidAddresses = !issues.some(({ argument }) => ["subnet", "gateway"].includes(argument));
  return [...issues, ...missing, ...parents, ...(hasValidAddresses ? validateIpRanges(spec) : [])];
}

function isDeferred({ deferred = [] }: KnownSpec, argument: string): boolean {
  return deferred.includes(argument);
}

/** Validates the network's name, and the longer one of its config-only networks. */
function validateName(networkName: string): ValidationIssue[] {
  const issues = validateNetworkName(networkName);
  if (issues.length > 0 || validateNetworkName(configName(networkName)).length === 0) return issues;
  const problem = `is too long: ${configName(networkName)} is created with it and can have at most 63 characters`;
  return [{ argument: "networkName", value: networkName, problem }];
}

function missingSubnetIssue(): ValidationIssue {
  const problem = "must be the subnet that the network has outside Docker, for instance 10.50.0.0/24";
  return { argument: "subnet", value: undefined, problem };
}

function validateParent(host: string, spec: KnownSpec): ValidationIssue[] {
  const argument = `hosts.${host}.parent`;
  const parent = spec.hosts[host]?.parent;
  if (isDeferred(spec, argument)) return [];
  const problem = parentError(parent ?? "");
  return problem ? [{ argument, value: parent, problem }] : [];
}

function parentError(parent: string): string | undefined {
  if (!DEVICE_NAME.test(parent)) {
    return "is not a network interface: give one that `ip link` lists on the host, or a VLAN of it such as eth0.50";
  }
  if (parent === "lo")
    return "is the loopback interface: give the interface that is connected to the network, such as eth1";
  const [, , vlan] = VLAN.exec(parent) ?? [];
  if (vlan === undefined || (Number(vlan) >= 1 && Number(vlan) <= 4094)) return undefined;
  return "is not a VLAN: the number after the dot must be from 1 to 4094";
}

/** Rejects ranges that overlap: each engine assigns addresses independently of the others. */
function validateIpRanges(spec: KnownSpec): ValidationIssue[] {
  const { hosts, subnet, gateway } = spec;
  const entries = Object.entries(hosts);
  return entries.flatMap(([host, { ipRange }], at) => {
    const argument = `hosts.${host}.ipRange`;
    const issue = (problem: string) => [{ argument, value: ipRange, problem }];
    if (subnet === undefined || isDeferred(spec, argument)) return [];
    if (ipRange === undefined) {
      const problem = "covers the whole subnet, but other hosts need a part of it: give each host its own range";
      return entries.length > 1 ? issue(problem) : [];
    }
    const usedGateway = isDeferred(spec, "gateway") ? undefined : (gateway ?? defaultGateway(subnet));
    const problem = ipRangeError(ipRange, subnet, LONGEST_PREFIX) ?? emptyRangeError(ipRange, subnet, usedGateway);
    if (problem) return issue(problem);
    const overlapping = entries
      .slice(0, at)
      .find(([, other]) => other.ipRange !== undefined && overlaps(other.ipRange, ipRange));
    return overlapping
      ? issue(`overlaps with that of host ${overlapping[0]} (${overlapping[1].ipRange}): give each host its own range`)
      : [];
  });
}

function emptyRangeError(ipRange: string, subnet: string, gateway: string | undefined): string | undefined {
  if (gateway === undefined || (countFreeAddresses(ipRange, subnet, gateway) ?? 1) > 0) return undefined;
  return `has no free address: the first and last of ${subnet} and the gateway's are reserved`;
}

/** Validates the mode of a driver. */
export function validateMode(mode: string | undefined, modes: readonly string[]): ValidationIssue[] {
  if (mode === undefined || modes.includes(mode)) return [];
  return [{ argument: "mode", value: mode, problem: `must be ${modes.map((one) => `"${one}"`).join(" or ")}` }];
}

/** Validates the options of a bridge network, as they are passed to Docker. */
export function validateBridgeOptions(options: Record<string, string> = {}): ValidationIssue[] {
  const { [BRIDGE_NAME_OPTION]: bridgeName, [MTU_OPTION]: mtu } = options;
  const issues = validateMtu(mtu === undefined ? undefined : Number(mtu));
  if (bridgeName === undefined || /^[\w.-]{1,15}$/.test(bridgeName)) return issues;
  const problem = "is not an interface name: give 1 to 15 letters, digits, '_', '.' or '-', for instance br-storage";
  return [...issues, { argument: "bridgeName", value: bridgeName, problem }];
}
