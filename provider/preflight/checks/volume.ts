import type { VolumeDetails } from "../../../engine/types.ts";
import { describeOwner, isOwned } from "../../../core/labels.ts";
import type { ServiceRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import { isNode, isOurService, listServices, type ClusterSnapshot } from "../snapshot.ts";

/** A finding about one service, whose name goes without saying. */
type ServiceIssue = Omit<PreflightIssue, "subject">;

/**
 * Refuses volumes that exist and belong to someone else, and reports data of our own that is about to be reused. A
 * service that runs has its volumes already; only a machine that joins now may bring others of the same name.
 */
export function checkVolumes(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  const runs = listServices(snapshot).some(
    (service) => service.Spec.Name === requirement.name && isOurService(service, requirement.owner, snapshot),
  );
  return Object.entries(requirement.volumes ?? {}).flatMap(([host, names]) => {
    if (runs && isNode(snapshot, host)) return [];
    const found = (snapshot.hosts[host]?.volumes ?? []).filter(({ Name }) => names.includes(Name));
    const foreign = found.filter(({ Labels }) => !isOwned(Labels, requirement.owner));
    if (foreign.length > 0 && !requirement.adopt) return [foreignVolumeIssue(requirement, host, foreign, snapshot)];
    return found.length > 0 ? [reusedVolumeWarning(requirement, host, found)] : [];
  });
}

function foreignVolumeIssue(
  { name }: ServiceRequirement,
  host: string,
  volumes: readonly VolumeDetails[],
  snapshot: ClusterSnapshot,
): ServiceIssue {
  const problem =
    `the data in ${formatVolumes(volumes)} on host ${host} belongs to ${describeOwner(volumes[0]?.Labels)}: ` +
    "use the state that created it, set adopt: true to use the data, or choose another name";
  // Without a manager nobody can tell whether the service runs; an `up` that repairs it must not be blocked.
  const warning = isNode(snapshot, host) && !Object.values(snapshot.hosts).some(({ manager }) => manager);
  return { check: "disks", hosts: [host], argument: "serviceName", value: name, problem, warning };
}

function reusedVolumeWarning(
  { name }: ServiceRequirement,
  host: string,
  volumes: readonly VolumeDetails[],
): ServiceIssue {
  const problem = `the data in ${formatVolumes(volumes)} on host ${host} is used again`;
  return { check: "disks", hosts: [host], argument: "serviceName", value: name, problem, warning: true };
}

function formatVolumes(volumes: readonly VolumeDetails[]): string {
  const names = volumes.map(({ Name }) => Name).toSorted();
  return `${names.length === 1 ? "volume" : "volumes"} ${names.join(", ")}`;
}
