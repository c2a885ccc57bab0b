import type { NodeDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { type InstalledEngine, matchesVersion, chooseVersion } from "./package.ts";

/** A host, as its engine, its package manager and the Swarm report it. */
export interface HostEngine {
  key: string;
  /** The address of its engine. */
  host: string;
  /** Its node; absent if it is not in the Swarm. */
  node?: NodeDetails;
  /** The version that its engine reports. */
  engineVersion?: string;
  /** Absent if no package contains the engine. */
  installed?: InstalledEngine;
  /** Why it could not be inspected. */
  error?: string;
}

/** The upgrade of one host. */
export interface UpgradeStep {
  key: string;
  nodeId: string;
  installed: InstalledEngine;
  /** The installed version of the package, and the new one. */
  from: string;
  to: string;
  /** `restart`: the new package is installed, but the previous engine is still running. */
  action: "upgrade" | "restart" | "none";
}

/**
 * Plans the upgrade of each host, in an order that keeps the Swarm managed: workers, then managers, the leader last.
 *
 * @throws with all problems, one line per host
 */
export function planUpgrade(hosts: readonly HostEngine[], to?: string): UpgradeStep[] {
  const problems: string[] = [];
  const steps = upgradeOrder(hosts).flatMap((host): UpgradeStep[] => {
    try {
      return [planStep(host, to)];
    } catch (error) {
      problems.push(`host "${host.key}": ${errorMessage(error)}`);
      return [];
    }
  });
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return steps;
}

function planStep({ key, node, error, installed, engineVersion = "", host }: HostEngine, to?: string): UpgradeStep {
  if (error !== undefined) throw new Error(error);
  if (!node) throw new Error("its node is not in the Swarm: run `npm run up` first");
  if (!installed) {
    throw new Error(`no package contains the engine at ${host}: upgrade it the way it was installed`);
  }
  const from = installed.version;
  const wanted = chooseVersion(installed, to);
  const isRunning = matchesVersion(from, engineVersion) && !installed.needsRestart;
  const action = wanted !== from ? "upgrade" : isRunning ? "none" : "restart";
  if (action !== "none" && node.Spec.Availability === "pause") {
    throw new Error("its node is paused, so its tasks would not return: set its availability to active or drain");
  }
  return { key, nodeId: node.ID, installed, from, to: wanted, action };
}

function upgradeOrder(hosts: readonly HostEngine[]): HostEngine[] {
  const rank = ({ node }: HostEngine) => (node?.ManagerStatus?.Leader ? 2 : node?.Spec.Role === "manager" ? 1 : 0);
  return hosts.toSorted((a, b) => rank(a) - rank(b) || a.key.localeCompare(b.key));
}

/** Returns a warning if the Swarm has too few managers to restart one of them without losing the quorum. */
export function managerWarning(nodes: readonly NodeDetails[]): string | undefined {
  const count = nodes.filter(({ ManagerStatus }) => ManagerStatus).length;
  if (count > 2) return undefined;
  const managers = count === 1 ? "the only manager" : "one of two managers";
  return `the Swarm has no quorum while the engine of ${managers} restarts: tasks keep running; use three managers to avoid this`;
}
