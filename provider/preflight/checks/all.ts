import { asFound } from "../attached-services.ts";
import type { Requirement, NetworkRequirement, ServiceRequirement } from "../../../core/requirement.ts";
import { type Check, formatPreflightIssue, MACHINE_CHECKS, type PreflightIssue } from "./issue.ts";
import { machineFindings } from "./machine.ts";
import { networkFindings } from "./network.ts";
import { hostKeys, type ClusterSnapshot } from "../snapshot.ts";
import { serviceFindings } from "./service.ts";
import { foreignSwarmFindings, hostFindings, membershipFindings, poolFindings } from "./swarm.ts";
import { findingsTable } from "../table.ts";
import { natWarnings } from "./underlay.ts";

/** What is found of the demands, refusals and warnings. What is in a Swarm that is refused altogether goes without saying. */
export function preflightFindings(demands: readonly Requirement[], situation: ClusterSnapshot): PreflightIssue[] {
  const refused = demands.flatMap((demand) => (demand.kind === "swarm" ? foreignSwarmFindings(demand, situation) : []));
  if (refused.length > 0) return refused;
  const networks = demands.filter((demand): demand is NetworkRequirement => demand.kind === "network");
  const found = networks.map((network) => asFound(network, situation));
  const services = demands.filter((demand): demand is ServiceRequirement => demand.kind === "service");
  return demands.flatMap((demand) => {
    switch (demand.kind) {
      case "swarm":
        return [
          ...hostFindings(demand, situation),
          ...membershipFindings(demand, situation),
          ...machineFindings(demand, situation),
          ...poolFindings(demand, situation),
          ...natWarnings(demand, found, situation),
        ];
      case "network":
        return networkFindings(demand, networks.slice(0, networks.indexOf(demand)), situation);
      case "service":
        return serviceFindings(demand, services.slice(0, services.indexOf(demand)), situation);
    }
  });
}

/** What to say of the findings. */
export interface PreflightReport {
  /** What speaks against the demands, one clear line each. */
  refusals: string[];
  /** What is only said: the warnings, and with more than one host a table of all that was found. */
  remarks: string[];
}

export function reportOf(findings: readonly PreflightIssue[], situation: ClusterSnapshot): PreflightReport {
  const hosts = hostKeys(situation);
  const isUnknown = (host: string, check: Check) =>
    situation.silent.includes(host) || (host in (situation.unseen ?? {}) && MACHINE_CHECKS.includes(check));
  const hasTable = hosts.length > 1 && findings.some((finding) => finding.hosts.length > 0);
  return {
    refusals: findings.filter(({ warning }) => !warning).map(formatPreflightIssue),
    remarks: [
      ...(hasTable ? [findingsTable(findings, hosts, isUnknown)] : []),
      ...findings.filter(({ warning }) => warning).map((finding) => `warning: ${formatPreflightIssue(finding)}`),
    ],
  };
}
