import { listOrphanedNetworks, plannedOutages, withoutNetworks } from "./live-networks.ts";
import type { Requirement, NetworkRequirement, SwarmRequirement } from "../../core/requirement.ts";
import { checkAll, formatReport } from "./checks/all.ts";
import { driveFolders } from "./checks/drives.ts";
import { type HostTarget, collectSnapshot } from "./collect-snapshot.ts";
import type { ClusterSnapshot } from "./snapshot.ts";
import { checkConnectivity } from "./connectivity/run.ts";
import { waitForReleasedPorts } from "../swarm/wait-for-ports.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { releaseNetworks, type NetworkRelease } from "../networks/release-networks.ts";
import { containsUnknown } from "../runtime/diff.ts";

export interface PreflightInputs extends Partial<NetworkRelease> {
  /** The hosts' engines, by host key. */
  hosts: Record<string, HostTarget>;
  requirements: Requirement[];
  allowOutage: boolean;
  /** Ids of the Swarm, networks and services in the stack's state. Undefined: the state could not be read. */
  recordedIds?: string[];
  /** Whether the state holds the key that unlocks the Swarm's managers. */
  hasUnlockKey?: boolean;
  /** Not read. Creates a dependency, so that hosts are created before they are inspected. */
  ready?: boolean[];
}

/** The result of checking requirements. */
export interface PreflightResult extends NetworkRelease {
  /** Issues that stop the run, one line each. */
  errors: string[];
  /** Warnings, possibly after a table of all issues. */
  warnings: string[];
}

/**
 * Inspects the hosts and checks the requirements against them and against each other.
 *
 * @param about requirements to report issues for @default - all of them
 */
export async function checkRequirements(
  inputs: PreflightInputs,
  about: readonly Requirement[] = inputs.requirements,
): Promise<PreflightResult> {
  const { requirements, allowOutage, recordedIds, hasUnlockKey } = inputs;
  const hosts = knownHosts(inputs.hosts);
  const unknown = Object.keys(inputs.hosts).filter((key) => !(key in hosts));
  const volumes = about.some((requirement) => requirement.kind === "service" && requirement.volumes !== undefined);
  const found = await collectSnapshot(hosts, { volumes, folders: driveFolders(about) });
  const known = containsUnknown(recordedIds) ? undefined : recordedIds;
  const atFirst = {
    ...found,
    unreachable: [...found.unreachable, ...unknown],
    recordedIds: known,
    hasUnlockKey,
    allowOutage,
  };
  const initial = await withFreePorts(about, atFirst, hosts);
  const owner = requirements[0]?.owner;
  const orphanedNetworks = owner ? listOrphanedNetworks(owner, initial) : [];
  const snapshot = withoutNetworks(initial, orphanedNetworks);
  const networks = about.filter((requirement): requirement is NetworkRequirement => requirement.kind === "network");
  const all = [...checkAll(requirements, snapshot), ...(await checkConnectivity(requirements, snapshot, hosts))];
  const issues = all.filter(({ subject }) => about.some((requirement) => requirement.subject === subject));
  return { ...formatReport(issues, snapshot), orphanedNetworks, outages: plannedOutages(networks, snapshot) };
}

/**
 * Checks the requirements in Pulumi's `check` step, in every preview and `up`. Creates nothing. In an `up` it only stops
 * services and removes networks that would block the rest of the run, and the preview announces that.
 */
export const Preflight: ResourceHandler<PreflightInputs> = {
  recordedOnce: ["hosts", "requirements", "recordedIds", "ready"] satisfies (keyof PreflightInputs)[],

  async check(_olds, news) {
    const { errors, warnings, orphanedNetworks, outages } = await checkRequirements(news);
    for (const warning of warnings) logLine(warning);
    return {
      inputs: { ...news, orphanedNetworks, outages },
      // With a property name, Pulumi would print the property's whole value before the message.
      failures: errors.map((reason) => ({ property: "", reason })),
    };
  },

  async diff(_id, _olds, { orphanedNetworks = [], outages = [] }) {
    return { changes: orphanedNetworks.length + outages.length > 0 };
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
  requirements: readonly Requirement[],
  found: ClusterSnapshot,
  hosts: Record<string, HostTarget>,
) {
  const swarm = requirements.find((requirement): requirement is SwarmRequirement => requirement.kind === "swarm");
  if (!swarm) return found;
  return waitForReleasedPorts(swarm, found, async (keys) => {
    const some = Object.entries(hosts).filter(([key]) => keys.includes(key));
    return (await collectSnapshot(Object.fromEntries(some))).machines;
  });
}

/** Returns the hosts with known engine addresses. */
function knownHosts(hosts: Record<string, HostTarget>): Record<string, HostTarget> {
  const known = Object.entries(hosts).filter(([, { connection }]) => connection && !containsUnknown(connection));
  return Object.fromEntries(known.map(([key, host]) => [key, withKnownAddress(host)]));
}

function withKnownAddress(host: HostTarget): HostTarget {
  const known = (address: string | undefined) => (containsUnknown(address) ? undefined : address);
  return { ...host, privateAddress: known(host.privateAddress), dataPathAddress: known(host.dataPathAddress) };
}
