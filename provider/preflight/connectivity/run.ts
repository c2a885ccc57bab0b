import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import type { EngineConnection } from "../../../engine/engine-connection.ts";
import { isSshConnection, runRemoteScript } from "../../../engine/ssh-shell.ts";
import { errorMessage } from "../../../engine/error-message.ts";
import { lastLine } from "../../../engine/last-line.ts";
import { withLiveDefaults } from "../live-networks.ts";
import type { Requirement, NetworkRequirement, SwarmRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "../checks/issue.ts";
import { isNode, hostKeys, type ClusterSnapshot } from "../snapshot.ts";
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
import { blockedLinkIssues, skippedProbeIssues } from "../checks/connectivity.ts";
import { linkMtus } from "../checks/underlay.ts";

/** How long a machine may take to let somebody in and do its part, in milliseconds. */
const PROBE_TIMEOUT_MS = (PROBE_SECONDS + 10) * 1000;

/**
 * What does not get through between the hosts: tried for real, all at once, by programs that are gone afterwards. Only
 * where there is a host that is no node yet; a Swarm that runs has shown that it can.
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
  const taking = able.flatMap((key) => probeHost(swarm, snapshot, key) ?? []);
  const ways = planLinks(taking, needs);
  const parts = planTasks(taking, ways, randomBytes(12).toString("hex"), needs.mtu);
  const failures: Record<string, string> = {};
  const reports: Record<string, ProbeReport> = {};
  await Promise.all(
    Object.entries(parts).map(async ([key, part]) => {
      try {
        reports[key] = await probe(hosts[key]!.connection, probeScript(part));
      } catch (error) {
        failures[key] = errorMessage(error);
      }
    }),
  );
  const inStep = overlappingLinks(ways, reports, snapshot.machines);
  const missed = blockedLinks(
    ways.filter((way) => !inStep.includes(way)),
    reports,
  );
  return [
    ...blockedLinkIssues(swarm, networks, snapshot, blockedLinks(inStep, reports)),
    ...skippedProbeIssues(swarm, snapshot, { able, taking, ways, missed, failures, needs }),
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
    dataPathPort: live?.DataPathPort || swarm.dataPathPort || 4789,
    encrypted: networks.some(({ settings }) => settings.encrypted),
    // What the devices themselves are too narrow for is found without a probe.
    mtu: mtus.length > 0 ? Math.min(Math.max(...mtus), ...linkMtus(snapshot).map(({ mtu }) => mtu)) : undefined,
  };
}

/** A host as it takes part; undefined where that cannot be. */
function probeHost({ managers = [] }: SwarmRequirement, snapshot: ClusterSnapshot, key: string): ProbeHost | undefined {
  const address = snapshot.addresses[key];
  const { hasPython, hasRoot = false } = snapshot.machines[key]!;
  if (!hasPython || address === undefined || isIP(address) === 6) return undefined;
  const isMember = isNode(snapshot, key);
  const isManager = isMember ? snapshot.hosts[key]!.info.Swarm.ControlAvailable : managers.includes(key);
  return { key, address, isNode: isMember, isManager, hasRoot };
}

async function probe(connection: EngineConnection, script: string): Promise<ProbeReport> {
  const { exitCode, stdout, stderr } = await runRemoteScript(connection, script, { timeoutMs: PROBE_TIMEOUT_MS });
  if (exitCode !== 0) throw new Error(lastLine(stderr) ?? `python3 ended with ${exitCode}`);
  return JSON.parse(stdout) as ProbeReport;
}
