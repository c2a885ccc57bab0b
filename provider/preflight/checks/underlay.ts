import { isIP } from "node:net";
import { contains, countFreeAddresses } from "../../../core/networks/cidr.ts";
import { isSameAddress } from "../../../core/ip-address.ts";
import { PARENT_OPTION } from "../../../core/networks/driver-options.ts";
import { DEFAULT_MTU } from "../../../core/networks/overlay-spec.ts";
import { liveNetwork } from "../live-networks.ts";
import type {
  NetworkConfigOnHost,
  NetworkRequirement,
  PerHostNetworkConfig,
  SwarmRequirement,
} from "../../../core/requirement.ts";
import { howToReaddress } from "../../swarm/node-address.ts";
import { ADDRESSES_PER_HOST } from "./address-room.ts";
import { type PreflightIssue, downgradeToWarningIf } from "./issue.ts";
import { dataAddress, isNode, hostKeys, type ClusterSnapshot } from "../snapshot.ts";

/** An issue of the network that is being checked. */
type NetworkIssue = Omit<PreflightIssue, "subject">;

/** Checks whether the hosts' kernels, addresses and links can carry an overlay network. */
export function checkUnderlay(requirement: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const issues = [
    ...checkEsp(requirement, snapshot),
    ...checkEncryptedNat(requirement, snapshot),
    ...checkMtu(requirement, snapshot),
    ...checkSubnetSize(requirement, snapshot),
  ];
  const isLive = liveNetwork(requirement, snapshot) !== undefined;
  // Only warn if the network already runs on these hosts, so that an `up` that fixes it is never blocked.
  return issues.map((issue) =>
    downgradeToWarningIf(isLive && affectedHosts(issue, snapshot).every((key) => isNode(snapshot, key)), issue),
  );
}

/**
 * Returns the nodes that are behind NAT: they do not have their `privateAddress` on an interface. A new host with such
 * an address is rejected.
 */
export function natHosts(snapshot: ClusterSnapshot): { key: string; address: string; own: string[] }[] {
  const { addresses, machines, dataPathAddresses = {} } = snapshot;
  return Object.entries(machines).flatMap(([key, { addresses: own }]) => {
    const address = addresses[key];
    // With a data path address, traffic of overlay networks does not go through the NAT.
    if (own === undefined || address === undefined || isIP(address) === 0 || dataPathAddresses[key]) return [];
    if (!isNode(snapshot, key)) return [];
    const outer = own.map((each) => each.address).filter((each) => !/^(127\.|::1$|fe80:)/.test(each));
    return own.some((each) => isSameAddress(each.address, address)) ? [] : [{ key, address, own: outer }];
  });
}

/** Warns about nodes behind NAT in a Swarm that others created, where unencrypted networks may work. */
export function checkNat(
  { subject }: SwarmRequirement,
  networks: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  if (networks.some(({ settings }) => settings.encrypted)) return [];
  return natHosts(snapshot).map(({ key, address, own }) => ({
    subject,
    check: "addresses",
    hosts: [key],
    argument: `hosts.${key}.privateAddress`,
    value: address,
    problem:
      `is not one of this host's own addresses (${own.join(", ")}): if the machine got a new one, ${howToReaddress()}; if it is behind ` +
      "NAT, encrypted networks do not work",
    warning: true,
  }));
}

function checkEsp({ subject, settings }: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  if (!settings.encrypted || hostKeys(snapshot).length < 2) return [];
  const hostsWithoutEsp = Object.keys(snapshot.machines).filter((key) => snapshot.machines[key]?.kernel?.esp === "no");
  if (hostsWithoutEsp.length === 0) return [];
  const problem =
    `the kernel of ${hostList(hostsWithoutEsp)} has no ESP (module esp4), which encrypted traffic between hosts needs: ` +
    "install the kernel's further modules (linux-modules-extra, kernel-modules-extra), or set encrypted: false";
  return [{ subject, check: "kernel", hosts: hostsWithoutEsp, argument: "encrypted", value: true, problem }];
}

function checkEncryptedNat({ subject, settings }: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  if (!settings.encrypted || hostKeys(snapshot).length < 2) return [];
  return natHosts(snapshot).map(({ key, address, own }) => ({
    subject,
    check: "addresses",
    hosts: [key],
    argument: "encrypted",
    value: true,
    problem:
      `host ${key} is declared as ${address}, not one of its own addresses (${own.join(", ")}), and encrypted traffic does not ` +
      "pass NAT: give the host's own address as privateAddress, or set encrypted: false",
  }));
}

/**
 * The overlay driver expects the MTU of the link and subtracts 50 bytes for VXLAN and 26 for encryption. With a larger
 * MTU packets are fragmented or lost.
 */
function checkMtu(requirement: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const { subject, settings } = requirement;
  const { mtu } = settings;
  if (mtu === undefined || hostKeys(snapshot).length < 2) return [];
  const narrowLinks = linkMtus(snapshot).filter((link) => link.mtu < mtu);
  if (narrowLinks.length === 0) return [];
  const least = Math.min(...narrowLinks.map((link) => link.mtu));
  const links = narrowLinks.map((link) => `${link.mtu} on host ${link.key} (${link.device})`).join(", ");
  const issue: PreflightIssue = {
    subject,
    check: "mtu",
    hosts: narrowLinks.map(({ key }) => key),
    argument: "mtu",
    value: mtu,
    problem: `is larger than the MTU of the links between the hosts: ${links}: give mtu: ${least}`,
  };
  return [downgradeToWarningIf(isMtuTolerated(requirement, snapshot), issue)];
}

/**
 * Whether a too large MTU only causes a warning: the user did not choose the default, and packets of that size are
 * usually fragmented. Fragments of encrypted packets are often lost, so a new encrypted network is rejected: its MTU
 * cannot be changed later.
 */
export function isMtuTolerated(requirement: NetworkRequirement, snapshot: ClusterSnapshot): boolean {
  const { mtu, encrypted } = requirement.settings;
  return mtu === DEFAULT_MTU && (!encrypted || liveNetwork(requirement, snapshot) !== undefined);
}

/** Returns the MTU of the interfaces that carry the traffic of networks. */
export function linkMtus(snapshot: ClusterSnapshot): { key: string; device: string; mtu: number }[] {
  return Object.entries(snapshot.machines).flatMap(([key, { addresses: own = [], mtus = {} }]) => {
    const device = own.find(({ address }) => isSameAddress(address, dataAddress(snapshot, key) ?? ""))?.device;
    const mtu = device === undefined ? undefined : mtus[device];
    return device === undefined || mtu === undefined ? [] : [{ key, device, mtu }];
  });
}

function checkSubnetSize({ subject, settings }: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const { subnet, gateway, ipRange } = settings;
  if (subnet === undefined) return [];
  const hosts = hostKeys(snapshot).length;
  const [argument, block] = ipRange ? (["ipRange", ipRange] as const) : (["subnet", subnet] as const);
  const has = countFreeAddresses(block, subnet, gateway);
  const needs = hosts * ADDRESSES_PER_HOST;
  if (has === undefined || has >= needs) return [];
  const problem =
    `has ${has} addresses besides the gateway, and ${hosts} hosts need ${needs} (per host one for a task and one for ` +
    "Swarm itself): choose a larger one, for instance a /24";
  return [{ subject, check: "addresses", hosts: [], argument, value: block, problem }];
}

/** Returns the hosts of an issue; all hosts if it names none. */
function affectedHosts({ hosts }: PreflightIssue, snapshot: ClusterSnapshot): readonly string[] {
  return hosts.length > 0 ? hosts : hostKeys(snapshot);
}

function hostList(keys: readonly string[]): string {
  return `${keys.length === 1 ? "host" : "hosts"} ${keys.join(", ")}`;
}

/** Whether the network exists outside Docker, and hosts attach to it by an interface: macvlan and ipvlan. */
export function isL2Requirement({ perHostConfig }: NetworkRequirement): boolean {
  return perHostConfig !== undefined && perHostConfig.driver !== "bridge";
}

/** Checks whether the hosts have the kernel modules, interfaces and addresses for a macvlan or ipvlan network. */
export function checkConfigOnlyNetworks(
  requirement: NetworkRequirement,
  parts: PerHostNetworkConfig,
  snapshot: ClusterSnapshot,
): NetworkIssue[] {
  if (!isL2Requirement(requirement)) return [];
  return Object.entries(parts.hosts).flatMap(([host, part]) => [
    ...checkDriverModule(host, parts, snapshot),
    ...checkParent(host, part, snapshot),
    ...checkHostAddresses(host, part, snapshot),
  ]);
}

function checkDriverModule(
  host: string,
  { driver }: PerHostNetworkConfig,
  { machines }: ClusterSnapshot,
): NetworkIssue[] {
  if (driver === "bridge" || machines[host]?.kernel?.[driver] !== "no") return [];
  const problem =
    `its kernel has no ${driver}: install the kernel's further modules (linux-modules-extra, kernel-modules-extra), ` +
    `or use ${driver === "ipvlan" ? "a MacvlanNetwork" : "an IpvlanNetwork"} or an OverlayNetwork`;
  return [{ check: "kernel", hosts: [host], argument: "hosts", value: host, problem }];
}

/** A VLAN interface may be missing: Docker creates it on the interface that carries it. */
function checkParent(host: string, { options }: NetworkConfigOnHost, { machines }: ClusterSnapshot): NetworkIssue[] {
  const parent = options?.[PARENT_OPTION];
  const devices = Object.keys(machines[host]?.mtus ?? {});
  if (parent === undefined || devices.length === 0) return [];
  const carrier = parent.replace(/\.\d+$/, "");
  if (devices.includes(parent) || devices.includes(carrier)) return [];
  const others = devices.filter((device) => !/^(lo$|docker|br-|veth)/.test(device)).toSorted();
  const problem = `host ${host} has no such interface: it has ${others.join(", ") || "none that leads into a network"}`;
  return [{ check: "addresses", hosts: [host], argument: `hosts.${host}.parent`, value: parent, problem }];
}

/** Rejects ranges with an address of a host: Docker would assign it to a container. */
function checkHostAddresses(
  host: string,
  { subnet, ipRange }: NetworkConfigOnHost,
  snapshot: ClusterSnapshot,
): NetworkIssue[] {
  const range = ipRange || subnet;
  if (!range) return [];
  const taken = hostAddresses(snapshot).find(({ address }) => contains(range, `${address}/32`));
  if (!taken) return [];
  const problem = `contains ${taken.address}, an address of host ${taken.key} itself: give a range that is used by containers only`;
  const argument = `hosts.${host}.ipRange`;
  return [{ check: "addresses", hosts: [host], argument, value: ipRange || undefined, problem }];
}

function hostAddresses({ addresses, machines }: ClusterSnapshot): { key: string; address: string }[] {
  const known = Object.entries(addresses).map(([key, address]) => ({ key, address }));
  const own = Object.entries(machines).flatMap(([key, { addresses = [] }]) =>
    addresses.filter(({ device }) => !/^(lo$|docker|br-|veth)/.test(device)).map(({ address }) => ({ key, address })),
  );
  return [...known, ...own];
}
