import type { NodeDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { type InstalledEngine, matchesVersion, chooseVersion } from "./package.ts";

/** A host, as its engine, its package manager and the Swarm know it. */
export interface HostEngine {
  key: string;
  /** Where its engine is asked. */
  host: string;
  /** As the managers see it; absent when the Swarm does not know it. */
  node?: NodeDetails;
  /** What its engine calls its own version. */
  engineVersion?: string;
  /** Absent where no package holds the engine. */
  installed?: InstalledEngine;
  /** Why it could not be looked at. */
  error?: string;
}

/** What is to be done about the engine of one host. */
export interface UpgradeStep {
  key: string;
  nodeId: string;
  installed: InstalledEngine;
  /** The package's version that it has, and the one that it is to have. */
  from: string;
  to: string;
  /** `restart`: the package is there, and the engine that runs is of a former one. */
  action: "upgrade" | "restart" | "none";
}

/**
 * What is to be done, host by host, in the order that keeps the Swarm managed: workers, then managers, the leader last.
 *
 * @throws with everything that is in the way, one line a host.
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
    throw new Error(`no package holds the engine at ${host}: upgrade it the way it was installed`);
  }
  const from = installed.version;
  const wanted = chooseVersion(installed, to);
  const isRunning = matchesVersion(from, engineVersion) && !installed.needsRestart;
  const action = wanted !== from ? "upgrade" : isRunning ? "none" : "restart";
  if (action !== "none" && node.Spec.Availability === "pause") {
    throw new Error("its node is paused, so that its tasks would not come back: make it active, or drain it");
  }
  return { key, nodeId: node.ID, installed, from, to: wanted, action };
}

function upgradeOrder(hosts: readonly HostEngine[]): HostEngine[] {
  const rank = ({ node }: HostEngine) => (node?.ManagerStatus?.Leader ? 2 : node?.Spec.Role === "manager" ? 1 : 0);
  return hosts.toSorted((a, b) => rank(a) - rank(b) || a.key.localeCompare(b.key));
}

/** What nobody manages while a manager's engine restarts, where it cannot be spared. */
export function managerWarning(nodes: readonly NodeDetails[]): string | undefined {
  const count = nodes.filter(({ ManagerStatus }) => ManagerStatus).length;
  if (count > 2) return undefined;
  const managers = count === 1 ? "the only manager" : "one of two managers";
  return `nobody manages the Swarm while the engine of ${managers} restarts: what runs goes on; three can spare one`;
}
