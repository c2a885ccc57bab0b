import { isVersionIn } from "../../../engine/version.ts";
import { contains, overlaps } from "../../../core/networks/cidr.ts";
import { describeOwner } from "../../../core/labels.ts";
import { checkAdoption } from "./adoption.ts";
import { listAttached, networkDifferences, liveNetwork } from "../live-networks.ts";
import { formatFound } from "../field-diff.ts";
import type { NetworkRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import { isOurNetwork, listNetworks, type ClusterSnapshot, networkSubnets } from "../snapshot.ts";
import { hostRoutes } from "../connectivity/routes.ts";
import { checkConfigOnlyNetworks, checkUnderlay, isL2Requirement } from "./underlay.ts";

/** An issue of the network that is being checked. */
type NetworkIssue = Omit<PreflightIssue, "subject">;

const DEFAULT_POOL = ["10.0.0.0/8"];

/** Checks a network against the snapshot and against the networks required before it. */
export function checkNetwork(
  requirement: NetworkRequirement,
  others: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  if (requirement.adopt) return checkAdoption(requirement, others, snapshot);
  const { perHostConfig } = requirement;
  const findings = [
    ...checkName(requirement, others, snapshot),
    ...checkOverlap(requirement, others, snapshot),
    ...(perHostConfig
      ? checkConfigOnlyNetworks(requirement, perHostConfig, snapshot)
      : [...checkEncryption(requirement, snapshot), ...checkUnderlay(requirement, snapshot)]),
    ...checkReplacement(requirement, snapshot),
  ];
  return findings.map((finding) => ({ subject: requirement.subject, ...finding }));
}

/** Whether this engine version may send encrypted traffic in clear text (CVE-2023-28840 to 28842). */
export function encryptsUnsafely(version: string): boolean {
  return isVersionIn(version, "<20.10.24 || >=23.0.0 <=23.0.2");
}

function checkName(
  { name, owner, perHostConfig }: NetworkRequirement,
  others: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): NetworkIssue[] {
  const about = { check: "names", argument: "networkName", value: name } as const;
  const twin = others.find((other) => other.name === name);
  if (twin) return [{ ...about, hosts: [], problem: `${twin.subject} has it already: choose another` }];
  const names = [name, ...(perHostConfig ? [perHostConfig.configName] : [])];
  const foreign = listNetworks(snapshot).find(
    ({ network }) => names.includes(network.Name) && !isOurNetwork(network, owner, snapshot),
  );
  if (!foreign) return [];
  const { host, network } = foreign;
  const which = network.Name === name ? "of that name" : network.Name;
  const whose = `host ${host} has a network ${which} that belongs to ${describeOwner(network.Labels)}`;
  // Only networks that Swarm creates itself can be adopted.
  const problem = perHostConfig
    ? `${whose}: use the state that created it, or choose another name`
    : `${whose}: use the state that created it, set adopt: true, or choose another name`;
  return [{ ...about, hosts: [host], problem }];
}

function checkEncryption({ settings }: NetworkRequirement, { hosts }: ClusterSnapshot): NetworkIssue[] {
  if (!settings.encrypted) return [];
  return Object.entries(hosts)
    .filter(([, { info }]) => encryptsUnsafely(info.ServerVersion))
    .map(([key, { info }]) => ({
      check: "engine",
      hosts: [key],
      argument: "encrypted",
      value: true,
      problem:
        `Docker ${info.ServerVersion} on host ${key} may send its packets in clear text (fixed in 20.10.24 and ` +
        "23.0.3): upgrade it, or set encrypted: false",
    }));
}

/** Returns at most one issue, for the first overlap. */
function checkOverlap(
  requirement: NetworkRequirement,
  others: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): NetworkIssue[] {
  const { subnet } = requirement.settings;
  if (subnet === undefined) return [];
  const isLinked = isL2Requirement(requirement);
  const taken = [
    ...others
      .filter((other) => shareHost(requirement, other))
      .map((other) => ({ block: other.settings.subnet, hosts: [], what: `that of ${other.subject}` })),
    ...networkBlocks(requirement, snapshot),
    // Hosts have routes and addresses in the existing network that macvlan and ipvlan attach to.
    ...(isLinked ? [] : routeBlocks(subnet, snapshot)),
    ...(isLinked ? [] : hostAddressBlocks(snapshot)),
  ];
  const use = taken.find(({ block }) => block !== undefined && overlaps(subnet, block));
  if (!use) return [];
  const whose = `${use.block}, ${use.what}`;
  const problem = isLinked
    ? `overlaps with ${whose}: no engine has an address in two networks: give one of them up there`
    : `overlaps with ${whose}: choose a free one, or leave it out and the Swarm does`;
  return [{ check: "addresses", hosts: use.hosts, argument: "subnet", value: subnet, problem }];
}

/** Whether a host is on both networks. */
function shareHost({ perHostConfig }: NetworkRequirement, { perHostConfig: others }: NetworkRequirement): boolean {
  return !perHostConfig || !others || Object.keys(perHostConfig.hosts).some((host) => host in others.hosts);
}

function hostAddressBlocks({ addresses }: ClusterSnapshot) {
  return Object.entries(addresses).map(([host, address]) => ({
    block: `${address}/32`,
    hosts: [host],
    what: `the address of host ${host}`,
  }));
}

/** Returns the subnets of networks on the same hosts. Config-only networks do not use their addresses. */
function networkBlocks(requirement: NetworkRequirement, snapshot: ClusterSnapshot) {
  const { perHostConfig } = requirement;
  const own = liveNetwork(requirement, snapshot)?.Id;
  return listNetworks(snapshot)
    .filter(({ network }) => network.Id !== own && !network.ConfigOnly)
    .filter(({ network, host }) => !perHostConfig || network.Scope === "swarm" || host in perHostConfig.hosts)
    .flatMap(({ network, host }) =>
      networkSubnets(network).map((block) => ({
        block,
        hosts: [host],
        what: `the network ${network.Name} on host ${host}`,
      })),
    );
}

/** Returns the hosts' routes. Within an address pool of the Swarm, routes that contain the whole pool are ignored. */
function routeBlocks(subnet: string, snapshot: ClusterSnapshot) {
  const manager = Object.values(snapshot.hosts).find(({ manager }) => manager)?.manager;
  const pools = manager?.swarm.DefaultAddrPool ?? DEFAULT_POOL;
  const pool = pools.find((block) => contains(block, subnet));
  return hostRoutes(snapshot)
    .filter(({ destination }) => pool === undefined || !contains(destination, pool))
    .map(({ destination, device, host }) => ({
      block: destination,
      hosts: [host],
      what: `a route of host ${host} (${device})`,
    }));
}

/** Rejects a replacement of a network that is in use. */
function checkReplacement(requirement: NetworkRequirement, snapshot: ClusterSnapshot): NetworkIssue[] {
  const live = liveNetwork(requirement, snapshot);
  if (!live) return [];
  const attached = listAttached(live, requirement.owner, snapshot);
  const blocking = snapshot.allowOutage
    ? attached.foreign
    : [...attached.services.map(({ name }) => `service ${name}`), ...attached.foreign];
  if (blocking.length === 0) return [];
  const fix = snapshot.allowOutage
    ? `${blocking.join(", ")} is not this stack's and would lose it: detach it first`
    : `${blocking.join(", ")} would lose it: put the value back, or set allowOutage: true on the Swarm`;
  return networkDifferences(requirement, live, snapshot).map((difference) => ({
    check: "names",
    hosts: [],
    argument: difference.argument,
    value: difference.wanted,
    problem: `the network is there with ${formatFound(difference)}; a change replaces the network, and ${fix}`,
  }));
}
