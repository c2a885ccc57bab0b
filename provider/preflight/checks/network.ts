import { contains, overlaps } from "../../../core/networks/cidr.ts";
import { describeOwner } from "../../../core/labels.ts";
import { adoptionFindings } from "./adoption.ts";
import { attachedTo, differences, liveNetwork } from "../attached-services.ts";
import type { NetworkRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import { isOurNetwork, networksOf, type ClusterSnapshot, subnetsOf } from "../snapshot.ts";
import { isOutside, partFindings } from "./config-only-network.ts";
import { ownRoutes } from "../connectivity/routes.ts";
import { underlayFindings } from "./underlay.ts";

/** A finding about one network, whose name goes without saying. */
type NetworkFinding = Omit<PreflightIssue, "subject">;

const DEFAULT_POOL = ["10.0.0.0/8"];

/** What speaks against a network, the others demanded before it among it. */
export function networkFindings(
  demand: NetworkRequirement,
  others: readonly NetworkRequirement[],
  situation: ClusterSnapshot,
): PreflightIssue[] {
  if (demand.adopt) return adoptionFindings(demand, others, situation);
  const { perHostConfig } = demand;
  const findings = [
    ...nameFindings(demand, others, situation),
    ...overlapFindings(demand, others, situation),
    ...(perHostConfig
      ? partFindings(demand, perHostConfig, situation)
      : [...encryptionFindings(demand, situation), ...underlayFindings(demand, situation)]),
    ...replacementFindings(demand, situation),
  ];
  return findings.map((finding) => ({ subject: demand.subject, ...finding }));
}

/** Whether an engine of this version may send in the clear what is to be encrypted (CVE-2023-28840 and its siblings). */
export function encryptsUnsafely(version: string): boolean {
  const [, major = 0, minor = 0, patch = 0] = (/^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? ["", "999"]).map(Number);
  if (major === 23) return minor === 0 && patch <= 2;
  return major < 20 || (major === 20 && (minor < 10 || (minor === 10 && patch < 24)));
}

function nameFindings(
  { name, owner, perHostConfig }: NetworkRequirement,
  others: readonly NetworkRequirement[],
  situation: ClusterSnapshot,
): NetworkFinding[] {
  const about = { check: "names", argument: "networkName", value: name } as const;
  const twin = others.find((other) => other.name === name);
  if (twin) return [{ ...about, hosts: [], problem: `${twin.subject} has it already: choose another` }];
  const names = [name, ...(perHostConfig ? [perHostConfig.configName] : [])];
  const foreign = networksOf(situation).find(
    ({ network }) => names.includes(network.Name) && !isOurNetwork(network, owner, situation),
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

function encryptionFindings({ shape }: NetworkRequirement, { hosts }: ClusterSnapshot): NetworkFinding[] {
  if (!shape.encrypted) return [];
  return Object.entries(hosts)
    .filter(([, { info }]) => encryptsUnsafely(info.ServerVersion))
    .map(([key, { info }]) => ({
      check: "engine",
      hosts: [key],
      argument: "encrypted",
      value: true,
      problem:
        `Docker ${info.ServerVersion} on host ${key} may send its packets in the clear (repaired in 20.10.24 and ` +
        "23.0.3): upgrade it, or set encrypted: false",
    }));
}

/** One finding at most: the first thing in the way says enough. */
function overlapFindings(
  demand: NetworkRequirement,
  others: readonly NetworkRequirement[],
  situation: ClusterSnapshot,
): NetworkFinding[] {
  const { subnet } = demand.shape;
  if (subnet === undefined) return [];
  const isLinked = isOutside(demand);
  const taken = [
    ...others
      .filter((other) => meet(demand, other))
      .map((other) => ({ block: other.shape.subnet, hosts: [], what: `that of ${other.subject}` })),
    ...allocated(demand, situation),
    // A network that is there outside of Docker has its hosts' routes and addresses for good reason.
    ...(isLinked ? [] : routed(subnet, situation)),
    ...(isLinked ? [] : addressed(situation)),
  ];
  const use = taken.find(({ block }) => block !== undefined && overlaps(subnet, block));
  if (!use) return [];
  const whose = `${use.block}, ${use.what}`;
  const problem = isLinked
    ? `overlaps with ${whose}: no engine has an address in two networks: give one of them up there`
    : `overlaps with ${whose}: choose a free one, or leave it out and the Swarm does`;
  return [{ check: "addresses", hosts: use.hosts, argument: "subnet", value: subnet, problem }];
}

/** Whether there is a host that is on both. */
function meet({ perHostConfig }: NetworkRequirement, { perHostConfig: others }: NetworkRequirement): boolean {
  return !perHostConfig || !others || Object.keys(perHostConfig.hosts).some((host) => host in others.hosts);
}

function addressed({ addresses }: ClusterSnapshot) {
  return Object.entries(addresses).map(([host, address]) => ({
    block: `${address}/32`,
    hosts: [host],
    what: `the address of host ${host}`,
  }));
}

/** What lies on other hosts than the network is in nobody's way, nor what only holds a part for another network. */
function allocated(demand: NetworkRequirement, situation: ClusterSnapshot) {
  const { perHostConfig } = demand;
  const own = liveNetwork(demand, situation)?.Id;
  return networksOf(situation)
    .filter(({ network }) => network.Id !== own && !network.ConfigOnly)
    .filter(({ network, host }) => !perHostConfig || network.Scope === "swarm" || host in perHostConfig.hosts)
    .flatMap(({ network, host }) =>
      subnetsOf(network).map((block) => ({
        block,
        hosts: [host],
        what: `the network ${network.Name} on host ${host}`,
      })),
    );
}

/** Inside the Swarm's own pool a route says nothing that is as wide as the pool: whoever gave the pool knew of it. */
function routed(subnet: string, situation: ClusterSnapshot) {
  const manager = Object.values(situation.hosts).find(({ manager }) => manager)?.manager;
  const pools = manager?.swarm.DefaultAddrPool ?? DEFAULT_POOL;
  const pool = pools.find((block) => contains(block, subnet));
  return ownRoutes(situation)
    .filter(({ destination }) => pool === undefined || !contains(destination, pool))
    .map(({ destination, device, host }) => ({
      block: destination,
      hosts: [host],
      what: `a route of host ${host} (${device})`,
    }));
}

/** A network is never changed, only made anew, and what is attached loses it. */
function replacementFindings(demand: NetworkRequirement, situation: ClusterSnapshot): NetworkFinding[] {
  const live = liveNetwork(demand, situation);
  if (!live) return [];
  const attached = attachedTo(live, demand.owner, situation);
  const blocking = situation.allowOutage
    ? attached.foreign
    : [...attached.services.map(({ name }) => `service ${name}`), ...attached.foreign];
  if (blocking.length === 0) return [];
  const wayOut = situation.allowOutage
    ? `${blocking.join(", ")} is not this stack's and would lose it: detach it first`
    : `${blocking.join(", ")} would lose it: put the value back, or set allowOutage: true on the Swarm`;
  return differences(demand, live, situation).map(({ argument, wanted, found }) => ({
    check: "names",
    hosts: [],
    argument,
    value: wanted,
    problem: `the network is there with ${JSON.stringify(found)}; another means a new network, and ${wayOut}`,
  }));
}
