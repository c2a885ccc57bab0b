import { leftoverNetworks, plannedOutages, withoutNetworks } from "./attached-services.ts";
import type { Requirement, NetworkRequirement, SwarmRequirement } from "../../core/requirement.ts";
import { preflightFindings, reportOf } from "./checks/all.ts";
import { type HostToObserve, observe } from "./collect-snapshot.ts";
import type { ClusterSnapshot } from "./snapshot.ts";
import { reachFindings } from "./connectivity/run.ts";
import { waitForReleasedPorts } from "../swarm/wait-for-ports.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { releaseNetworks, type NetworkRelease } from "../networks/release-networks.ts";
import { containsUnknown } from "../runtime/values.ts";

export interface PreflightInputs extends Partial<NetworkRelease> {
  /** The hosts' engines, by host key. */
  hosts: Record<string, HostToObserve>;
  demands: Requirement[];
  allowOutage: boolean;
  /** Ids of the Swarm, networks and services in the stack's state. Absent: the state could not be read. */
  recorded?: string[];
  /** Whether the key that unlocks the Swarm's managers is in the stack's state. */
  unlockable?: boolean;
  /** Only waited for: hosts that are to be made are looked at once they are. */
  ready?: boolean[];
}

/** What the hosts are like with what is demanded of them. */
export interface Examination extends NetworkRelease {
  /** What speaks against the demands, one line each. */
  refusals: string[];
  /** What is only said. */
  remarks: string[];
}

/**
 * Looks at the hosts and compares the demands with them and with each other.
 *
 * @param about the demands whose findings are wanted @default - all of them
 */
export async function examine(
  inputs: PreflightInputs,
  about: readonly Requirement[] = inputs.demands,
): Promise<Examination> {
  const { demands, allowOutage, recorded, unlockable } = inputs;
  const hosts = knownHosts(inputs.hosts);
  const unknown = Object.keys(inputs.hosts).filter((key) => !(key in hosts));
  const volumes = about.some((demand) => demand.kind === "service" && demand.volumes !== undefined);
  const found = await observe(hosts, { volumes });
  const known = containsUnknown(recorded) ? undefined : recorded;
  const atFirst = { ...found, silent: [...found.silent, ...unknown], recorded: known, unlockable, allowOutage };
  const asFound = await withFreePorts(about, atFirst, hosts);
  const owner = demands[0]?.owner;
  const leftovers = owner ? leftoverNetworks(owner, asFound) : [];
  const situation = withoutNetworks(asFound, leftovers);
  const networks = about.filter((demand): demand is NetworkRequirement => demand.kind === "network");
  const all = [...preflightFindings(demands, situation), ...(await reachFindings(demands, situation, hosts))];
  const findings = all.filter(({ subject }) => about.some((demand) => demand.subject === subject));
  return { ...reportOf(findings, situation), leftovers, outages: plannedOutages(networks, situation) };
}

/**
 * Checks the demands against the hosts: its `check` is where it happens, in every preview and `up`. There is nothing
 * to make, and little to do: what is in the way of the rest of the run is cleared away, and the preview says so.
 */
export const Preflight: ResourceHandler<PreflightInputs> = {
  async check(_olds, news) {
    const { refusals, remarks, leftovers, outages } = await examine(news);
    for (const remark of remarks) logLine(remark);
    return {
      inputs: { ...news, leftovers, outages },
      // With a property's name Pulumi would print its whole value before the line.
      failures: refusals.map((reason) => ({ property: "", reason })),
    };
  },

  async diff(_id, _olds, { leftovers = [], outages = [] }) {
    return { changes: leftovers.length + outages.length > 0 };
  },

  async create(inputs) {
    await releaseNetworks(inputs);
    return { id: "preflight", outs: inputs };
  },

  async read(id, state) {
    return { id, props: state, inputs: state };
  },

  async update(_id, _olds, news) {
    await releaseNetworks(news);
    return { outs: news };
  },

  async delete() {},
};

async function withFreePorts(
  demands: readonly Requirement[],
  found: ClusterSnapshot,
  hosts: Record<string, HostToObserve>,
) {
  const swarm = demands.find((demand): demand is SwarmRequirement => demand.kind === "swarm");
  if (!swarm) return found;
  return waitForReleasedPorts(swarm, found, async (keys) => {
    const some = Object.entries(hosts).filter(([key]) => keys.includes(key));
    return (await observe(Object.fromEntries(some))).machines;
  });
}

/** The hosts whose engines' addresses are known by now. */
function knownHosts(hosts: Record<string, HostToObserve>): Record<string, HostToObserve> {
  const known = Object.entries(hosts).filter(([, { connection }]) => connection && !containsUnknown(connection));
  return Object.fromEntries(known.map(([key, host]) => [key, withKnownAddress(host)]));
}

function withKnownAddress(host: HostToObserve): HostToObserve {
  return containsUnknown(host.privateAddress) ? { ...host, privateAddress: undefined } : host;
}
