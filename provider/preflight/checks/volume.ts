import type { VolumeDetails } from "../../../engine/types.ts";
import { describeOwner, isOwned } from "../../../core/labels.ts";
import type { ServiceRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import { isNode, isOurService, servicesOf, type ClusterSnapshot } from "../snapshot.ts";

/** A finding about one service, whose name goes without saying. */
type ServiceFinding = Omit<PreflightIssue, "subject">;

/**
 * Refuses volumes that exist and belong to someone else, and reports data of our own that is about to be reused. A
 * service that runs has its volumes already; only a machine that joins now may bring others of the same name.
 */
export function volumeFindings(demand: ServiceRequirement, situation: ClusterSnapshot): ServiceFinding[] {
  const runs = servicesOf(situation).some(
    (service) => service.Spec.Name === demand.name && isOurService(service, demand.owner, situation),
  );
  return Object.entries(demand.volumes ?? {}).flatMap(([host, names]) => {
    if (runs && isNode(situation, host)) return [];
    const found = (situation.hosts[host]?.volumes ?? []).filter(({ Name }) => names.includes(Name));
    const foreign = found.filter(({ Labels }) => !isOwned(Labels, demand.owner));
    if (foreign.length > 0 && !demand.adopt) return [foreignFinding(demand, host, foreign, situation)];
    return found.length > 0 ? [reuseRemark(demand, host, found)] : [];
  });
}

function foreignFinding(
  { name }: ServiceRequirement,
  host: string,
  volumes: readonly VolumeDetails[],
  situation: ClusterSnapshot,
): ServiceFinding {
  const problem =
    `the data in ${namesOf(volumes)} on host ${host} belongs to ${describeOwner(volumes[0]?.Labels)}: ` +
    "use the state that created it, set adopt: true to use the data, or choose another name";
  // Without a manager nobody can tell whether the service runs; an `up` that repairs it must not be blocked.
  const warning = isNode(situation, host) && !Object.values(situation.hosts).some(({ manager }) => manager);
  return { check: "disks", hosts: [host], argument: "serviceName", value: name, problem, warning };
}

function reuseRemark({ name }: ServiceRequirement, host: string, volumes: readonly VolumeDetails[]): ServiceFinding {
  const problem = `the data in ${namesOf(volumes)} on host ${host} is used again`;
  return { check: "disks", hosts: [host], argument: "serviceName", value: name, problem, warning: true };
}

function namesOf(volumes: readonly VolumeDetails[]): string {
  const names = volumes.map(({ Name }) => Name).toSorted();
  return `${names.length === 1 ? "volume" : "volumes"} ${names.join(", ")}`;
}
