import { ENCRYPTED_OPTION } from "../../../core/networks/overlay-spec.ts";
import { withLiveDefaults, networkDifferences, liveNetwork } from "../live-networks.ts";
import { type FieldDiff, formatFound } from "../field-diff.ts";
import type { NetworkRequirement } from "../../../core/requirement.ts";
import { isAllocated } from "../../networks/allocation.ts";
import type { PreflightIssue } from "./issue.ts";
import { isOurNetwork, type ClusterSnapshot } from "../snapshot.ts";
import { checkUnderlay } from "./underlay.ts";

/** An issue of the network that is being checked. */
type NetworkIssue = Omit<PreflightIssue, "subject">;

/** Checks a network to adopt, and compares it with the settings that are given. */
export function checkAdoption(
  requirement: NetworkRequirement,
  others: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const live = liveNetwork(requirement, snapshot);
  const problem = adoptionError(requirement, others, snapshot);
  const issues: NetworkIssue[] = problem
    ? [{ check: "names", hosts: [], argument: "networkName", value: requirement.name, problem }]
    : live
      ? networkDifferences(requirement, live, snapshot).map((one) => differenceIssue(one, requirement))
      : [];
  if (!live || issues.length > 0) return issues.map((issue) => ({ subject: requirement.subject, ...issue }));
  return [
    ...clearTextWarning(requirement, live.Options).map((issue) => ({ subject: requirement.subject, ...issue })),
    ...checkUnderlay(withLiveDefaults(requirement, snapshot), snapshot),
  ];
}

function adoptionError(
  requirement: NetworkRequirement,
  others: readonly NetworkRequirement[],
  snapshot: ClusterSnapshot,
) {
  const { adoptArgument = "adopt" } = requirement;
  const duplicate = others.find(({ name }) => name === requirement.name);
  if (duplicate) return `is already used by ${duplicate.subject}: use that one`;
  const live = liveNetwork(requirement, snapshot);
  if (!live) {
    return (
      canListNetworks(snapshot) &&
      `there is no network of that name to adopt: create it, or leave ${adoptArgument} out to have it created`
    );
  }
  if (isOurNetwork(live, requirement.owner, snapshot)) return `this stack created it: leave ${adoptArgument} out`;
  if (!isAllocated(live)) return "Swarm has given it no addresses, so no task on it starts: give another networkName";
  if (live.Driver === "overlay" && live.Scope === "swarm") return undefined;
  return `is a network of the driver ${live.Driver}, which does not span hosts: give the name of an overlay network`;
}

/** Whether the list of the Swarm's networks is complete: a manager answers, or no host is in a Swarm. */
function canListNetworks({ hosts, unreachable }: ClusterSnapshot): boolean {
  return unreachable.length === 0 || Object.values(hosts).some(({ manager }) => manager);
}

function differenceIssue(difference: FieldDiff, { adoptArgument = "adopt" }: NetworkRequirement): NetworkIssue {
  const { argument, wanted } = difference;
  const problem =
    `the adopted network has ${formatFound(difference)}, and a network cannot be changed: leave the argument out, ` +
    `or leave ${adoptArgument} out and give another networkName`;
  return { check: "names", hosts: [], argument, value: wanted, problem };
}

/** Warns about a network without encryption, unless the program sets `encrypted`. */
function clearTextWarning({ settings }: NetworkRequirement, options: Record<string, string> | null): NetworkIssue[] {
  if (settings.encrypted !== undefined || (options && ENCRYPTED_OPTION in options)) return [];
  const problem =
    "the adopted network is not encrypted: traffic between hosts, passwords included, can be read and changed in " +
    "transit; set encrypted: false if that is intended, or create another network and move to it";
  return [{ check: "names", hosts: [], argument: "encrypted", value: undefined, problem, warning: true }];
}
