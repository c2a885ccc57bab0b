import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import type { EngineConnection } from "../../../engine/engine-connection.ts";
import { isSshConnection, runRemoteScript } from "../../../engine/ssh-shell.ts";
import { errorMessage } from "../../../engine/error-message.ts";
import { lastLine } from "../../../engine/last-line.ts";
import { asFound } from "../attached-services.ts";
import type { Requirement, NetworkRequirement, SwarmRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "../checks/issue.ts";
import { isNode, hostKeys, type ClusterSnapshot } from "../snapshot.ts";
import {
  blockedWays,
  type ProbeHost,
  type ProbeNeeds,
  probeParts,
  type ProbeReport,
  probeWays,
  waysInStep,
} from "./plan.ts";
import { PROBE_SECONDS, probeScript } from "./script.ts";
import { blockedFindings, notProbed } from "../checks/connectivity.ts";
import { linkMtus } from "../checks/underlay.ts";

/** How long a machine may take to let somebody in and do its part, in milliseconds. */
const PATIENCE = (PROBE_SECONDS + 10) * 1000;

/**
 * What does not get through between the hosts: tried for real, all at once, by programs that are gone afterwards. Only
 * where there is a host that is no node yet; a Swarm that runs has shown that it can.
 */
export async function reachFindings(
  demands: readonly Requirement[],
  situation: ClusterSnapshot,
  hosts: Record<string, { connection: EngineConnection }>,
): Promise<PreflightIssue[]> {
  const swarm = demands.find((demand): demand is SwarmRequirement => demand.kind === "swarm");
  const keys = hostKeys(situation);
  if (!swarm || keys.length < 2 || keys.every((key) => isNode(situation, key))) return [];
  const networks = demands
    .filter((demand): demand is NetworkRequirement => demand.kind === "network")
    .map((network) => asFound(network, situation));
  const needs = probeNeeds(swarm, networks, situation);
  const able = keys.filter((key) => hosts[key] && isSshConnection(hosts[key].connection) && situation.machines[key]);
  const taking = able.flatMap((key) => probeHost(swarm, situation, key) ?? []);
  const ways = probeWays(taking, needs);
  const parts = probeParts(taking, ways, randomBytes(12).toString("hex"), needs.mtu);
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
  const inStep = waysInStep(ways, reports, situation.machines);
  const missed = blockedWays(
    ways.filter((way) => !inStep.includes(way)),
    reports,
  );
  return [
    ...blockedFindings(swarm, networks, situation, blockedWays(inStep, reports)),
    ...notProbed(swarm, situation, { able, taking, ways, missed, failures, needs }),
  ];
}

function probeNeeds(
  swarm: SwarmRequirement,
  networks: readonly NetworkRequirement[],
  situation: ClusterSnapshot,
): ProbeNeeds {
  const live = Object.values(situation.hosts).find(({ manager }) => manager)?.manager?.swarm;
  const mtus = networks.flatMap(({ shape }) => shape.mtu ?? []);
  return {
    dataPathPort: live?.DataPathPort || swarm.dataPathPort || 4789,
    encrypted: networks.some(({ shape }) => shape.encrypted),
    // What the devices themselves are too narrow for is found without a probe.
    mtu: mtus.length > 0 ? Math.min(Math.max(...mtus), ...linkMtus(situation).map(({ mtu }) => mtu)) : undefined,
  };
}

/** A host as it takes part; undefined where that cannot be. */
function probeHost(
  { managers = [] }: SwarmRequirement,
  situation: ClusterSnapshot,
  key: string,
): ProbeHost | undefined {
  const address = situation.addresses[key];
  const { python, root = false } = situation.machines[key]!;
  if (!python || address === undefined || isIP(address) === 6) return undefined;
  const isMember = isNode(situation, key);
  const isManager = isMember ? situation.hosts[key]!.info.Swarm.ControlAvailable : managers.includes(key);
  return { key, address, isNode: isMember, isManager, root };
}

async function probe(connection: EngineConnection, script: string): Promise<ProbeReport> {
  const { exitCode, stdout, stderr } = await runRemoteScript(connection, script, { timeoutMs: PATIENCE });
  if (exitCode !== 0) throw new Error(lastLine(stderr) ?? `python3 ended with ${exitCode}`);
  return JSON.parse(stdout) as ProbeReport;
}
