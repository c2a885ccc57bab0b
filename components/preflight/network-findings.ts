import { contains, overlap } from "../overlay-network/cidr.ts";
import { isOwned } from "../shared/labels.ts";
import { attachedTo, differences, liveNetwork } from "./attached.ts";
import type { NetworkDemand } from "./demand.ts";
import { networksOf, type Refusal, type Situation, subnetsOf } from "./observed.ts";
import { ownRoutes } from "./routes.ts";

const DEFAULT_POOL = ["10.0.0.0/8"];

/** What speaks against a network, the others demanded before it among it. */
export function networkRefusals(
  demand: NetworkDemand,
  others: readonly NetworkDemand[],
  situation: Situation,
): Refusal[] {
  const findings = [
    ...nameFindings(demand, others, situation),
    ...encryptionFindings(demand, situation),
    ...overlapFindings(demand, others, situation),
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

function nameFindings({ name, owner }: NetworkDemand, others: readonly NetworkDemand[], situation: Situation) {
  const twin = others.find((other) => other.name === name);
  if (twin)
    return [{ argument: "networkName", value: name, problem: `${twin.subject} has it already: choose another` }];
  const foreign = networksOf(situation).find(({ network }) => network.Name === name && !isOwned(network.Labels, owner));
  if (!foreign) return [];
  const problem = `host ${foreign.host} has a network of that name which this component did not make: choose another, or remove it`;
  return [{ argument: "networkName", value: name, problem }];
}

function encryptionFindings({ shape }: NetworkDemand, { hosts }: Situation) {
  if (!shape.encrypted) return [];
  return Object.entries(hosts)
    .filter(([, { info }]) => encryptsUnsafely(info.ServerVersion))
    .map(([key, { info }]) => ({
      argument: "encrypted",
      value: true,
      problem:
        `Docker ${info.ServerVersion} on host ${key} may send its packets in the clear (repaired in 20.10.24 and ` +
        "23.0.3): upgrade it, or set encrypted: false",
    }));
}

/** One finding at most: the first thing in the way says enough. */
function overlapFindings(demand: NetworkDemand, others: readonly NetworkDemand[], situation: Situation) {
  const { subnet } = demand.shape;
  if (subnet === undefined) return [];
  const taken = [
    ...others.map((other) => ({ block: other.shape.subnet, what: `that of ${other.subject}` })),
    ...allocated(demand, situation),
    ...routed(subnet, situation),
  ];
  const use = taken.find(({ block }) => block !== undefined && overlap(subnet, block));
  const problem = `overlaps with ${use?.block}, ${use?.what}: choose a free one, or leave it out and the Swarm does`;
  return use ? [{ argument: "subnet", value: subnet, problem }] : [];
}

function allocated({ owner }: NetworkDemand, situation: Situation) {
  return networksOf(situation)
    .filter(({ network }) => !isOwned(network.Labels, owner))
    .flatMap(({ network, host }) =>
      subnetsOf(network).map((block) => ({ block, what: `the network ${network.Name} on host ${host}` })),
    );
}

/** Inside the Swarm's own pool a route says nothing that is as wide as the pool: whoever gave the pool knew of it. */
function routed(subnet: string, { hosts }: Situation) {
  const pools = Object.values(hosts).find(({ manager }) => manager)?.manager?.swarm.DefaultAddrPool ?? DEFAULT_POOL;
  const pool = pools.find((block) => contains(block, subnet));
  return Object.entries(hosts).flatMap(([key, host]) =>
    ownRoutes(host)
      .filter(({ destination }) => pool === undefined || !contains(destination, pool))
      .map(({ destination, device }) => ({ block: destination, what: `a route of host ${key} (${device})` })),
  );
}

/** A network is never changed, only made anew, and what is attached loses it. */
function replacementFindings(demand: NetworkDemand, situation: Situation) {
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
  return differences(demand, live).map(({ argument, wanted, found }) => ({
    argument,
    value: wanted,
    problem: `the network is there with ${JSON.stringify(found)}; another means a new network, and ${wayOut}`,
  }));
}
