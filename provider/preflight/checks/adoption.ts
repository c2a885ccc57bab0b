import { ENCRYPTED_OPTION } from "../../../core/networks/overlay-spec.ts";
import { asFound, differences, liveNetwork } from "../attached-services.ts";
import type { NetworkRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import { isOurNetwork, type ClusterSnapshot } from "../snapshot.ts";
import { underlayFindings } from "./underlay.ts";

/** A finding about one network, whose name goes without saying. */
type NetworkFinding = Omit<PreflightIssue, "subject">;

/** What speaks against taking a network on as it is, and what has to be said of it. */
export function adoptionFindings(
  demand: NetworkRequirement,
  others: readonly NetworkRequirement[],
  situation: ClusterSnapshot,
): PreflightIssue[] {
  const live = liveNetwork(demand, situation);
  const problem = adoptionProblem(demand, others, situation);
  const findings: NetworkFinding[] = problem
    ? [{ check: "names", hosts: [], argument: "networkName", value: demand.name, problem }]
    : live
      ? differences(demand, live, situation).map(differenceFinding)
      : [];
  if (!live || findings.length > 0) return findings.map((finding) => ({ subject: demand.subject, ...finding }));
  return [
    ...clearTextWarning(demand, live.Options).map((finding) => ({ subject: demand.subject, ...finding })),
    ...underlayFindings(asFound(demand, situation), situation),
  ];
}

function adoptionProblem(
  demand: NetworkRequirement,
  others: readonly NetworkRequirement[],
  situation: ClusterSnapshot,
) {
  const twin = others.find(({ name }) => name === demand.name);
  if (twin) return `${twin.subject} has it already: use that one`;
  const live = liveNetwork(demand, situation);
  if (!live) {
    return (
      isSeen(situation) && "there is no network of that name to take on: make it, or leave adopt out and it is made"
    );
  }
  if (isOurNetwork(live, demand.owner, situation)) return "this stack created it: leave adopt out";
  if (live.Driver === "overlay" && live.Scope === "swarm") return undefined;
  return `is a network of the driver ${live.Driver}, which spans no hosts: give the name of an overlay network`;
}

/** Whether the Swarm's networks can be told: by a manager, or because there is no Swarm on any host. */
function isSeen({ hosts, silent }: ClusterSnapshot): boolean {
  return silent.length === 0 || Object.values(hosts).some(({ manager }) => manager);
}

function differenceFinding({ argument, wanted, found }: ReturnType<typeof differences>[number]): NetworkFinding {
  const problem =
    `the network that is taken on has ${JSON.stringify(found)}, and no network can be changed: leave the argument out, ` +
    "or leave adopt out and give another networkName";
  return { check: "names", hosts: [], argument, value: wanted, problem };
}

/** Who asks for `encrypted: false` knows. */
function clearTextWarning({ shape }: NetworkRequirement, options: Record<string, string> | null): NetworkFinding[] {
  if (shape.encrypted !== undefined || (options && ENCRYPTED_OPTION in options)) return [];
  const problem =
    "the network that is taken on is not encrypted: what crosses between hosts can be read and changed on the way, " +
    "passwords too; say encrypted: false if that is meant, else make another network and move to it";
  return [{ check: "names", hosts: [], argument: "encrypted", value: undefined, problem, warning: true }];
}
