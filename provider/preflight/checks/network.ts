import { isVersionIn } from "../../../engine/version.ts";
import { contains } from "../../../core/networks/cidr.ts";
import { DEFAULT_DATA_PATH_PORT } from "../../../core/networks/overlay-spec.ts";
import { describeOwner } from "../../../core/labels.ts";
import { checkAdoption } from "./adoption.ts";
import { listAttached, networkDifferences, liveNetwork } from "../live-networks.ts";
import { formatFound } from "../field-diff.ts";
import type { NetworkRequirement } from "../../../core/requirement.ts";
import {
  type AddressPlan,
  findOverlap,
  formatExample,
  hostAddressBlocks,
  networkBlocks,
  networksWithoutSubnet,
  plannedGatewayBridges,
  plannedSubnets,
  routeBlocks,
  type UsedBlock,
} from "../address-plan.ts";
import type { PreflightIssue } from "./issue.ts";
import { hostKeys, isNode, isOurNetwork, listNetworks, type ClusterSnapshot } from "../snapshot.ts";
import { checkConfigOnlyNetworks, checkUnderlay, isL2Requirement } from "./underlay.ts";

/** An issue of the network that is being checked. */
type NetworkIssue = Omit<PreflightIssue, "subject">;

/** Checks a network against the snapshot, the other networks, and the addresses that Swarm will assign. */
export function checkNetwork(
  requirement: NetworkRequirement,
  networks: readonly NetworkRequirement[],
  plan: AddressPlan,
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const others = networks.slice(0, networks.indexOf(requirement));
  if (requirement.adopt) return checkAdoption(requirement, others, snapshot);
  const { perHostConfig } = requirement;
  const issues = [
    ...checkName(requirement, others, snapshot),
    ...checkOverlap(requirement, networks, plan, snapshot),
    ...(perHostConfig
      ? checkConfigOnlyNetworks(requirement, perHostConfig, snapshot)
      : [
          ...checkEncryption(requirement, snapshot),
          ...checkEncryptedPort(requirement, plan, snapshot),
          ...checkUnderlay(requirement, snapshot),
        ]),
    ...checkReplacement(requirement, snapshot),
  ];
  return issues.map((issue) => ({ subject: requirement.subject, ...issue }));
}

/** Whether this engine version encrypts traffic of the data path port 4789 only (moby#45635). */
export function encryptsDefaultPortOnly(version: string): boolean {
  return isVersionIn(version, "<23.0.7 || >=24.0.0 <24.0.3");
}

/** Whether this engine version may send encrypted traffic in clear text (CVE-2023-28840 to 28842). */
export function encryptsUnsafely(version: string): boolean {
  return isVersionIn(version, "<20.10.24 || >=23.0.0 <=23.0.2");
}

function checkName(
  { name, owner, perHostConfig, adoptArgument = "adopt" }: NetworkRequirement,
  others: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): NetworkIssue[] {
  const about = { check: "names", argument: "networkName", value: name } as const;
  const duplicate = others.find((other) => other.name === name);
  if (duplicate) return [{ ...about, hosts: [], problem: `is already used by ${duplicate.subject}: choose another` }];
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
    : `${whose}: use the state that created it, set ${adoptArgument}: true, or choose another name`;
  return [{ ...about, hosts: [host], problem }];
}

function checkEncryption({ settings }: NetworkRequirement, { hosts }: ClusterSnapshot): NetworkIssue[] {
  if (!settings.encrypted) return [];
  return encryptionIssues(
    hosts,
    encryptsUnsafely,
    (version, host) =>
      `Docker ${version} on host ${host} may send its packets in clear text (fixed in 20.10.24 and 23.0.3): upgrade it, or set encrypted: false`,
  );
}

/** Returns an issue for each host with an affected engine version. */
function encryptionIssues(
  hosts: ClusterSnapshot["hosts"],
  isAffected: (version: string) => boolean,
  problem: (version: string, host: string) => string,
): (NetworkIssue & { hosts: [string] })[] {
  return Object.entries(hosts)
    .filter(([, { info }]) => isAffected(info.ServerVersion))
    .map(([key, { info }]) => ({
      check: "engine",
      hosts: [key],
      argument: "encrypted",
      value: true,
      problem: problem(info.ServerVersion, key),
    }));
}

/** A network of one host has no traffic between hosts. */
function checkEncryptedPort(
  requirement: NetworkRequirement,
  { dataPathPort }: AddressPlan,
  snapshot: ClusterSnapshot,
): NetworkIssue[] {
  if (!requirement.settings.encrypted || hostKeys(snapshot).length < 2) return [];
  if (dataPathPort === undefined || dataPathPort === DEFAULT_DATA_PATH_PORT) return [];
  const isLive = liveNetwork(requirement, snapshot) !== undefined;
  const issues = encryptionIssues(
    snapshot.hosts,
    encryptsDefaultPortOnly,
    (version, host) =>
      `the Swarm has dataPathPort ${dataPathPort}, and Docker ${version} on host ${host} encrypts only packets of ` +
      `port ${DEFAULT_DATA_PATH_PORT} and drops others (fixed in 23.0.7 and 24.0.3): upgrade it, leave dataPathPort out, ` +
      "or set encrypted: false",
  );
  return issues.map((issue) => ({ ...issue, warning: isLive && isNode(snapshot, issue.hosts[0]) }));
}

/** Returns at most one issue, for the first overlap. */
function checkOverlap(
  requirement: NetworkRequirement,
  networks: readonly NetworkRequirement[],
  plan: AddressPlan,
  snapshot: ClusterSnapshot,
): NetworkIssue[] {
  const { subnet } = requirement.settings;
  if (subnet === undefined) return [];
  const used = blocksBesides(requirement, subnet, networks, plan, snapshot);
  const use = findOverlap(subnet, used);
  if (!use) return [];
  const whose = `${use.block}, ${use.what}`;
  const prefix = Number(subnet.split("/")[1]);
  const problem = isL2Requirement(requirement)
    ? `overlaps with ${whose}: an engine cannot have one address in two networks: remove one of them there`
    : `overlaps with ${whose}: choose a free one${formatExample(prefix, used)}, or leave it out, and the Swarm chooses one`;
  return [{ check: "addresses", hosts: use.hosts, argument: "subnet", value: subnet, problem }];
}

/** Returns the blocks in use on a network's hosts, except its own. */
function blocksBesides(
  requirement: NetworkRequirement,
  subnet: string,
  networks: readonly NetworkRequirement[],
  plan: AddressPlan,
  snapshot: ClusterSnapshot,
): UsedBlock[] {
  const { perHostConfig } = requirement;
  const own = liveNetwork(requirement, snapshot)?.Id;
  const isOnHosts = ({ hosts }: UsedBlock) => !perHostConfig || hosts.some((host) => host in perHostConfig.hosts);
  const others = networks.slice(0, networks.indexOf(requirement)).filter((other) => shareHost(requirement, other));
  const existing = networkBlocks(snapshot).filter(({ network }) => network !== own);
  return [
    ...others.flatMap(({ subject, settings }) =>
      settings.subnet === undefined ? [] : [{ block: settings.subnet, hosts: [], what: `that of ${subject}` }],
    ),
    ...existing.filter((block) => !block.isLocal || isOnHosts(block)),
    ...(perHostConfig ? [] : plannedSubnets(plan, networksWithoutSubnet(networks, plan, snapshot))),
    ...plannedGatewayBridges(snapshot).filter(isOnHosts),
    // Hosts have routes and addresses in the existing network that macvlan and ipvlan attach to.
    ...(isL2Requirement(requirement) ? [] : routesBesidesPool(subnet, plan, snapshot)),
    ...(isL2Requirement(requirement) ? [] : hostAddressBlocks(snapshot)),
  ];
}

/** Whether a host is on both networks. */
function shareHost({ perHostConfig }: NetworkRequirement, { perHostConfig: others }: NetworkRequirement): boolean {
  return !perHostConfig || !others || Object.keys(perHostConfig.hosts).some((host) => host in others.hosts);
}

/** Returns the hosts' routes. Within an address pool of the Swarm, routes that contain the whole pool are ignored. */
function routesBesidesPool(subnet: string, { pools = [] }: AddressPlan, snapshot: ClusterSnapshot): UsedBlock[] {
  const pool = pools.find(({ base }) => contains(base, subnet))?.base;
  return routeBlocks(snapshot).filter(({ block }) => pool === undefined || !contains(block, pool));
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
    ? `${blocking.join(", ")} would lose it and does not belong to this stack: detach it first`
    : `${blocking.join(", ")} would lose it: put the value back, or set allowOutage: true on the Swarm`;
  return networkDifferences(requirement, live, snapshot).map((difference) => ({
    check: "names",
    hosts: [],
    argument: difference.argument,
    value: difference.wanted,
    problem: `the network exists with ${formatFound(difference)}; a change replaces the network, and ${fix}`,
  }));
}
