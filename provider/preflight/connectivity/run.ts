import { randomBytes } from "node:crypto";
import { type EngineConnection, isSshConnection } from "../../../engine/engine-connection.ts";
import { runRemoteScript } from "../../../engine/ssh-shell.ts";
import { errorMessage } from "../../../engine/error-message.ts";
import { lastLine } from "../../../engine/last-line.ts";
import { DEFAULT_DATA_PATH_PORT } from "../../../core/networks/overlay-spec.ts";
import { withLiveDefaults } from "../live-networks.ts";
import type { Requirement, NetworkRequirement, SwarmRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "../checks/issue.ts";
import { dataAddress, isNode, hostKeys, type ClusterSnapshot } from "../snapshot.ts";
import {
  blockedLinks,
  type ProbeHost,
  type ProbeNeeds,
  planTasks,
  type ProbeReport,
  planLinks,
  overlappingLinks,
} from "./plan.ts";
import { PROBE_SECONDS, probeScript } from "./script.ts";
import { blockedLinkIssues, foreignSourceIssues, skippedProbeIssues } from "../checks/connectivity.ts";
import { linkMtus } from "../checks/underlay.ts";

/** How long a host may take to log in and run its task, in milliseconds. */
const PROBE_TIMEOUT_MS = (PROBE_SECONDS + 10) * 1000;

/**
 * Probes the links between the hosts in parallel, with scripts that change nothing on the hosts. Runs only if a host is
 * not a node yet: a running Swarm proves that its links work.
 */
export async function checkConnectivity(
  requirements: readonly Requirement[],
  snapshot: ClusterSnapshot,
  hosts: Record<string, { connection: EngineConnection }>,
): Promise<PreflightIssue[]> {
  const swarm = requirements.find((requirement): requirement is SwarmRequirement => requirement.kind === "swarm");
  const keys = hostKeys(snapshot);
  if (!swarm || keys.length < 2 || keys.every((key) => isNode(snapshot, key))) return [];
  const networks = requirements
    .filter((requirement): requirement is NetworkRequirement => requirement.kind === "network")
    .map((network) => withLiveDefaults(network, snapshot));
  const needs = probeNeeds(swarm, networks, snapshot);
  const able = keys.filter((key) => hosts[key] && isSshConnection(hosts[key].connection) && snapshot.machines[key]);
  const probed = able.flatMap((key) => probeHost(swarm, snapshot, key) ?? []);
  const links = planLinks(probed, needs);
  const tasks = planTasks(probed, links, randomBytes(12).toString("hex"), needs);
  const failures: Record<string, string> = {};
  const reports: Record<string, ProbeReport> = {};
  await Promise.all(
    Object.entries(tasks).map(async ([key, task]) => {
      try {
        reports[key] = await probe(hosts[key]!.connection, probeScript(task));
      } catch (error) {
        failures[key] = errorMessage(error);
      }
    }),
  );
  const overlapping = overlappingLinks(links, reports, snapshot.machines);
  const missed = blockedLinks(
    links.filter((link) => !overlapping.includes(link)),
    reports,
  );
  return [
    ...blockedLinkIssues(swarm, networks, snapshot, blockedLinks(overlapping, reports), needs.dataPathPort),
    ...foreignSourceIssues(swarm, networks, snapshot, reports),
    ...skippedProbeIssues(swarm, snapshot, { able, probed, links, missed, failures, needs }),
  ];
}

function probeNeeds(
  swarm: SwarmRequirement,
  networks: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): ProbeNeeds {
  const live = Object.values(snapshot.hosts).find(({ manager }) => manager)?.manager?.swarm;
  const mtus = networks.flatMap(({ settings }) => settings.mtu ?? []);
  return {
    dataPathPort: live?.DataPathPort || swarm.dataPathPort || DEFAULT_DATA_PATH_PORT,
    encrypted: networks.some(({ settings }) => settings.encrypted),
    // An MTU larger than that of the interfaces is reported without probing.
    mtu: mtus.length > 0 ? Math.min(Math.max(...mtus), ...linkMtus(snapshot).map(({ mtu }) => mtu)) : undefined,
  };
}

/** Returns a host that can be probed, or undefined. */
function probeHost({ managers = [] }: SwarmRequirement, snapshot: ClusterSnapshot, key: string): ProbeHost | undefined {
  const address = snapshot.addresses[key];
  const { hasPython, hasRoot = false } = snapshot.machines[key]!;
  if (!hasPython || address === undefined) return undefined;
  const isMember = isNode(snapshot, key);
  const isManager = isMember ? snapshot.hosts[key]!.info.Swarm.ControlAvailable : managers.includes(key);
  return { key, address, dataAddress: dataAddress(snapshot, key), isNode: isMember, isManager, hasRoot };
}

async function probe(connection: EngineConnection, script: string): Promise<ProbeReport> {
  const { exitCode, stdout, stderr } = await runRemoteScript(connection, script, { timeoutMs: PROBE_TIMEOUT_MS });
  if (exitCode !== 0) throw new Error(lastLine(stderr) ?? `python3 ended with ${exitCode}`);
  return JSON.parse(stdout) as ProbeReport;
}
