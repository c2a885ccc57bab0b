import { withLiveDefaults } from "../live-networks.ts";
import type {
  Requirement,
  NetworkRequirement,
  ServiceRequirement,
  SwarmRequirement,
} from "../../../core/requirement.ts";
import { planAddresses } from "../address-plan.ts";
import { checkAddressFamily } from "./address-family.ts";
import { checkAddressPools, checkBridges } from "./addresses.ts";
import { type Check, formatPreflightIssue, MACHINE_CHECKS, type PreflightIssue } from "./issue.ts";
import { checkMachines } from "./machine.ts";
import { checkNetwork } from "./network.ts";
import { checkOwnAddresses } from "./own-addresses.ts";
import { hostKeys, type ClusterSnapshot } from "../snapshot.ts";
import { checkService } from "./service.ts";
import { checkSwarmOwner, checkEngines, checkMembership } from "./swarm.ts";
import { formatIssueTable } from "../table.ts";
import { checkNat } from "./underlay.ts";

/** Checks all requirements against the snapshot. If the Swarm belongs to another state, only that is reported. */
export function checkAll(requirements: readonly Requirement[], snapshot: ClusterSnapshot): PreflightIssue[] {
  const refused = requirements.flatMap((requirement) =>
    requirement.kind === "swarm" ? checkSwarmOwner(requirement, snapshot) : [],
  );
  if (refused.length > 0) return refused;
  const networks = requirements.filter(
    (requirement): requirement is NetworkRequirement => requirement.kind === "network",
  );
  const found = networks.map((network) => withLiveDefaults(network, snapshot));
  const services = requirements.filter(
    (requirement): requirement is ServiceRequirement => requirement.kind === "service",
  );
  const swarm = requirements.find((requirement): requirement is SwarmRequirement => requirement.kind === "swarm");
  const plan = planAddresses(swarm, snapshot);
  return requirements.flatMap((requirement) => {
    switch (requirement.kind) {
      case "swarm":
        return [
          ...checkEngines(requirement, snapshot),
          ...checkMembership(requirement, snapshot),
          ...checkMachines(requirement, snapshot),
          ...checkAddressPools(requirement, networks, plan, snapshot),
          ...checkBridges(requirement, snapshot),
          ...checkAddressFamily(requirement, snapshot),
          ...checkOwnAddresses(requirement, snapshot),
          ...checkNat(requirement, found, snapshot),
        ];
      case "network":
        return checkNetwork(requirement, networks, plan, snapshot);
      case "service":
        return checkService(requirement, services.slice(0, services.indexOf(requirement)), snapshot);
    }
  });
}

/** The output of the preflight. */
export interface PreflightReport {
  /** Issues that stop the run, one line each. */
  errors: string[];
  /** Warnings, after a table of all issues by host if there is more than one host. */
  warnings: string[];
}

export function formatReport(issues: readonly PreflightIssue[], snapshot: ClusterSnapshot): PreflightReport {
  const hosts = hostKeys(snapshot);
  const isUnknown = (host: string, check: Check) =>
    snapshot.unreachable.includes(host) || (host in (snapshot.factsErrors ?? {}) && MACHINE_CHECKS.includes(check));
  const hasTable = hosts.length > 1 && issues.some((issue) => issue.hosts.length > 0);
  return {
    errors: issues.filter(({ warning }) => !warning).map(formatPreflightIssue),
    warnings: [
      ...(hasTable ? [formatIssueTable(issues, hosts, isUnknown)] : []),
      ...issues.filter(({ warning }) => warning).map((issue) => `warning: ${formatPreflightIssue(issue)}`),
    ],
  };
}
