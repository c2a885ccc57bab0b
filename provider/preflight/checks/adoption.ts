import { ENCRYPTED_OPTION } from "../../../core/networks/overlay-spec.ts";
import { withLiveDefaults, networkDifferences, liveNetwork } from "../live-networks.ts";
import { type FieldDiff, formatFound } from "../field-diff.ts";
import type { NetworkRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import { isOurNetwork, type ClusterSnapshot } from "../snapshot.ts";
import { checkUnderlay } from "./underlay.ts";

/** A finding about one network, whose name goes without saying. */
type NetworkIssue = Omit<PreflightIssue, "subject">;

/** What speaks against taking a network on as it is, and what has to be said of it. */
export function checkAdoption(
  requirement: NetworkRequirement,
  others: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const live = liveNetwork(requirement, snapshot);
  const problem = adoptionError(requirement, others, snapshot);
  const findings: NetworkIssue[] = problem
    ? [{ check: "names", hosts: [], argument: "networkName", value: requirement.name, problem }]
    : live
      ? networkDifferences(requirement, live, snapshot).map(differenceIssue)
      : [];
  if (!live || findings.length > 0) return findings.map((finding) => ({ subject: requirement.subject, ...finding }));
  return [
    ...clearTextWarning(requirement, live.Options).map((finding) => ({ subject: requirement.subject, ...finding })),
    ...checkUnderlay(withLiveDefaults(requirement, snapshot), snapshot),
  ];
}

function adoptionError(
  requirement: NetworkRequirement,
  others: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
) {
  const twin = others.find(({ name }) => name === requirement.name);
  if (twin) return `${twin.subject} has it already: use that one`;
  const live = liveNetwork(requirement, snapshot);
  if (!live) {
    return (
      canListNetworks(snapshot) &&
      "there is no network of that name to take on: make it, or leave adopt out and it is made"
    );
  }
  if (isOurNetwork(live, requirement.owner, snapshot)) return "this stack created it: leave adopt out";
  if (live.Driver === "overlay" && live.Scope === "swarm") return undefined;
  return `is a network of the driver ${live.Driver}, which spans no hosts: give the name of an overlay network`;
}

/** Whether the Swarm's networks can be told: by a manager, or because there is no Swarm on any host. */
function canListNetworks({ hosts, unreachable }: ClusterSnapshot): boolean {
  return unreachable.length === 0 || Object.values(hosts).some(({ manager }) => manager);
}

function differenceIssue(difference: FieldDiff): NetworkIssue {
  const { argument, wanted } = difference;
  const problem =
    `the network that is taken on has ${formatFound(difference)}, and no network can be changed: leave the argument out, ` +
    "or leave adopt out and give another networkName";
  return { check: "names", hosts: [], argument, value: wanted, problem };
}

/** Who asks for `encrypted: false` knows. */
function clearTextWarning({ settings }: NetworkRequirement, options: Record<string, string> | null): NetworkIssue[] {
  if (settings.encrypted !== undefined || (options && ENCRYPTED_OPTION in options)) return [];
  const problem =
    "the network that is taken on is not encrypted: what crosses between hosts can be read and changed on the way, " +
    "passwords too; say encrypted: false if that is meant, else make another network and move to it";
  return [{ check: "names", hosts: [], argument: "encrypted", value: undefined, problem, warning: true }];
}
