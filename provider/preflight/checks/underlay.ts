import { isIP } from "node:net";
import { countFreeAddresses } from "../../../core/networks/cidr.ts";
import { DEFAULT_MTU } from "../../../core/networks/overlay-spec.ts";
import { liveNetwork } from "../live-networks.ts";
import type { NetworkRequirement, SwarmRequirement } from "../../../core/requirement.ts";
import { type PreflightIssue, downgradeToWarningIf } from "./issue.ts";
import { isNode, hostKeys, type ClusterSnapshot } from "../snapshot.ts";

/** What speaks against a network across these hosts: what their kernels, addresses and links cannot carry. */
export function checkUnderlay(requirement: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const findings = [
    ...checkEsp(requirement, snapshot),
    ...checkEncryptedNat(requirement, snapshot),
    ...checkMtu(requirement, snapshot),
    ...checkSubnetSize(requirement, snapshot),
  ];
  const isLive = liveNetwork(requirement, snapshot) !== undefined;
  // What runs already, for better or worse, is no reason to stop the change that may mend it.
  return findings.map((finding) =>
    downgradeToWarningIf(isLive && affectedHosts(finding, snapshot).every((key) => isNode(snapshot, key)), finding),
  );
}

/** Hosts whose address is another machine's, from the outside: they are behind a translation of addresses. */
export function natHosts({ addresses, machines }: ClusterSnapshot): { key: string; address: string; own: string[] }[] {
  return Object.entries(machines).flatMap(([key, { addresses: own }]) => {
    const address = addresses[key];
    if (own === undefined || address === undefined || isIP(address) === 0) return [];
    const outer = own.map((each) => each.address).filter((each) => !/^(127\.|::1$|fe80:)/.test(each));
    return own.some((each) => each.address === address) ? [] : [{ key, address, own: outer }];
  });
}

/** Without an encrypted network a translated address may work: it is only said. */
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
      `none of this host's own addresses (${own.join(", ")}): the hosts reach each other through a translation of ` +
      "addresses, where an encrypted network would carry nothing; better give the host's own address",
    warning: true,
  }));
}

function checkEsp({ subject, settings }: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  if (!settings.encrypted || hostKeys(snapshot).length < 2) return [];
  const lacking = Object.keys(snapshot.machines).filter((key) => snapshot.machines[key]?.kernel?.esp === "no");
  if (lacking.length === 0) return [];
  const problem =
    `the kernel of ${hostList(lacking)} has no ESP (module esp4), without which nothing crosses between hosts: ` +
    "install the kernel's further modules (linux-modules-extra, kernel-modules-extra), or set encrypted: false";
  return [{ subject, check: "kernel", hosts: lacking, argument: "encrypted", value: true, problem }];
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
      `host ${key} is given as ${address}, none of its own addresses (${own.join(", ")}), and what is encrypted does ` +
      "not survive a translation of addresses: give the host's own address as privateAddress, or set encrypted: false",
  }));
}

/**
 * What the driver takes as a network's MTU is the link's; it takes off the 50 bytes of VXLAN, and 26 for encryption,
 * by itself. A larger one than the link's means packets in two pieces, or none.
 */
function checkMtu({ subject, settings: { mtu } }: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  if (mtu === undefined || hostKeys(snapshot).length < 2) return [];
  const narrow = linkMtus(snapshot).filter((link) => link.mtu < mtu);
  if (narrow.length === 0) return [];
  const least = Math.min(...narrow.map((link) => link.mtu));
  const links = narrow.map((link) => `${link.mtu} on host ${link.key} (${link.device})`).join(", ");
  const finding: PreflightIssue = {
    subject,
    check: "mtu",
    hosts: narrow.map(({ key }) => key),
    argument: "mtu",
    value: mtu,
    problem: `larger than what the links between the hosts carry: ${links}: give mtu: ${least}`,
  };
  // Nobody chose the default; packets of that size mostly come through, in pieces.
  return [downgradeToWarningIf(mtu === DEFAULT_MTU, finding)];
}

/** The devices that hold the addresses by which the hosts reach each other. */
export function linkMtus({ addresses, machines }: ClusterSnapshot): { key: string; device: string; mtu: number }[] {
  return Object.entries(machines).flatMap(([key, { addresses: own = [], mtus = {} }]) => {
    const device = own.find(({ address }) => address === addresses[key])?.device;
    const mtu = device === undefined ? undefined : mtus[device];
    return device === undefined || mtu === undefined ? [] : [{ key, device, mtu }];
  });
}

/** On each host a task and Swarm's own endpoint have an address of the network. */
const ADDRESSES_PER_HOST = 2;

function checkSubnetSize({ subject, settings }: NetworkRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const { subnet, gateway, ipRange } = settings;
  if (subnet === undefined) return [];
  const hosts = hostKeys(snapshot).length;
  const [argument, block] = ipRange ? (["ipRange", ipRange] as const) : (["subnet", subnet] as const);
  const has = countFreeAddresses(block, subnet, gateway);
  const needs = hosts * ADDRESSES_PER_HOST;
  if (has === undefined || has >= needs) return [];
  const problem =
    `has ${has} addresses beside the gateway's, and ${hosts} hosts need ${needs} (on each host one for a task and one ` +
    "for Swarm itself): choose a wider one, for instance a /24";
  return [{ subject, check: "addresses", hosts: [], argument, value: block, problem }];
}

/** Hosts that a finding is about; of one about none in particular, all. */
function affectedHosts({ hosts }: PreflightIssue, snapshot: ClusterSnapshot): readonly string[] {
  return hosts.length > 0 ? hosts : hostKeys(snapshot);
}

function hostList(keys: readonly string[]): string {
  return `${keys.length === 1 ? "host" : "hosts"} ${keys.join(", ")}`;
}
