import { socketPath } from "../../../engine/connection.ts";
import { isSshConnection } from "../../../engine/engine-connection.ts";
import type { ContainerSummary, ServiceDetails, VolumeDetails } from "../../../engine/types.ts";
import { describeOwner, isOwned } from "../../../core/labels.ts";
import { hasSecurityOption } from "../../../core/security-options.ts";
import type { ServiceRequirement } from "../../../core/requirement.ts";
import { checkDrives } from "./drives.ts";
import type { PreflightIssue, ServiceIssue } from "./issue.ts";
import {
  isOurService,
  type HostSnapshot,
  listServices,
  type ClusterSnapshot,
  usesDrives,
  usesNftables,
} from "../snapshot.ts";

/** Checks a service against the snapshot and against the services required before it. */
export function checkService(
  requirement: ServiceRequirement,
  others: readonly ServiceRequirement[],
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const issues = [
    ...checkName(requirement, others, snapshot),
    ...checkPorts(requirement, others, snapshot),
    ...checkAllowFrom(requirement, snapshot),
    ...checkHostNetwork(requirement, snapshot),
    ...checkDrives(requirement, snapshot),
    ...checkVolumes(requirement, snapshot),
  ];
  return issues.map((issue) => ({ subject: requirement.subject, ...issue }));
}

function checkName(
  { name, nameArgument = "serviceName", owner, adopt, adoptArgument = "adopt" }: ServiceRequirement,
  others: readonly ServiceRequirement[],
  snapshot: ClusterSnapshot,
): ServiceIssue[] {
  const about = { check: "names", hosts: [], argument: nameArgument, value: name } as const;
  const duplicate = others.find((other) => other.name === name);
  if (duplicate) return [{ ...about, problem: `is already used by ${duplicate.subject}: choose another` }];
  const foreign = listServices(snapshot).find(
    (service) => service.Spec.Name === name && !isOurService(service, owner, snapshot),
  );
  if (!foreign || adopt) return [];
  const problem =
    `the Swarm has a service of that name that belongs to ${describeOwner(foreign.Spec.Labels)}: ` +
    `use the state that created it, set ${adoptArgument}: true, or choose another name`;
  return [{ ...about, problem }];
}

function checkPorts(
  requirement: ServiceRequirement,
  others: readonly ServiceRequirement[],
  snapshot: ClusterSnapshot,
): ServiceIssue[] {
  return Object.entries(requirement.ports).flatMap(([argument, port]) =>
    requirement.hosts.flatMap((key) => {
      const conflicting = others.find(({ hosts, ports }) => hosts.includes(key) && Object.values(ports).includes(port));
      const holder = conflicting ? conflicting.subject : portHolder(port, key, requirement, snapshot);
      const problem = `is already used on host ${key} by ${holder}: choose another, or free it`;
      return holder ? [{ check: "ports", hosts: [key], argument, value: port, problem }] : [];
    }),
  );
}

/** Returns the user of a host's port; undefined if the port is free or the service itself uses it. */
function portHolder(port: number, key: string, requirement: ServiceRequirement, snapshot: ClusterSnapshot) {
  const host = snapshot.hosts[key];
  // The ports of containers on an unreachable engine are unknown.
  if (!host) return undefined;
  const services = listServices(snapshot);
  const names = [requirement.name, ...(requirement.alternateNames ?? [])];
  const isOurs = (service: ServiceDetails) =>
    names.includes(service.Spec.Name) && (requirement.adopt || isOurService(service, requirement.owner, snapshot));
  const ours = new Set(services.filter(isOurs).map(({ ID }) => ID));
  const container = host.containers.find(({ Ports }) =>
    Ports.some(({ PublicPort, Type }) => PublicPort === port && Type === "tcp"),
  );
  const containersService = container?.Labels["com.docker.swarm.service.id"];
  const isOurTask = ({ Labels }: ContainerSummary): boolean => {
    if (ours.has(Labels["com.docker.swarm.service.id"] ?? "")) return true;
    // During a leader election no manager lists services, so compare the name.
    return services.length === 0 && Labels["com.docker.swarm.service.name"] === requirement.name;
  };
  if (container && isOurTask(container)) return undefined;
  // The routing mesh holds a port on every host, host mode only where a task runs.
  const service = services.find(
    ({ ID, Spec }) =>
      ID === containersService ||
      Spec.EndpointSpec?.Ports?.some(
        ({ PublishedPort, PublishMode, Protocol }) =>
          PublishedPort === port && PublishMode === "ingress" && Protocol === "tcp",
      ),
  );
  if (service) return ours.has(service.ID) ? undefined : `service ${service.Spec.Name}`;
  if (container) return `container ${container.Names[0]?.replace(/^\//, "") ?? container.Id}`;
  // A created container does not list its ports yet, although Docker has opened them.
  if (host.containers.some((one) => one.State === "created" && isOurTask(one))) return undefined;
  // On the host network, tasks hold their ports like any other process.
  if (requirement.usesHostNetwork && (ours.size > 0 || runsOn(requirement, host))) return undefined;
  return snapshot.machines[key]?.listening.includes(port) ? "a process outside Docker" : undefined;
}

/** Whether a task of the service runs on a host, by its name: during a leader election no manager lists services. */
function runsOn({ name }: ServiceRequirement, { containers }: HostSnapshot): boolean {
  return containers.some(({ Labels }) => Labels["com.docker.swarm.service.name"] === name);
}

/** Firewall rules need root, by ssh or on this machine. HostFirewall checks the rights on this machine. */
function checkAllowFrom({ needsFirewall, hosts }: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  if (!needsFirewall) return [];
  return hosts.flatMap((key) => {
    const address = snapshot.hosts[key]?.address;
    const about = { check: "ports", hosts: [key], argument: "allowFrom", value: key } as const;
    if (address !== undefined && !isSshConnection({ host: address }) && socketPath({ host: address }) === undefined) {
      const problem = `is reached at ${address}, and rules can only be set by ssh: declare it in SshHosts, or leave allowFrom out`;
      return [{ ...about, problem }];
    }
    const info = snapshot.hosts[key]?.info;
    if (info && usesNftables(info)) {
      const problem =
        'its firewall backend is nftables, and rules are set with iptables: set "firewall-backend": "iptables" in ' +
        "/etc/docker/daemon.json and restart Docker, or leave allowFrom out";
      return [{ ...about, problem }];
    }
    if (snapshot.machines[key]?.hasRoot !== false) return [];
    const problem = "setting firewall rules needs root: log in as root, or let the user run sudo without a password";
    return [{ ...about, problem }];
  });
}

/** Docker refuses containers on the host's network if it maps users. */
function checkHostNetwork(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  if (!requirement.usesHostNetwork) return [];
  return requirement.hosts.flatMap((key) => {
    const info = snapshot.hosts[key]?.info;
    if (!info || !hasSecurityOption(info, "userns")) return [];
    const problem =
      "its engine maps users (userns-remap), so Docker runs no container on the host's network: use another " +
      'network, or remove "userns-remap" from /etc/docker/daemon.json and restart Docker';
    return [{ check: "engine", hosts: [key], argument: "network", value: key, problem }];
  });
}

/**
 * Rejects existing volumes of another owner, and warns about data that will be reused. A running service already has its
 * volumes; only a host that joins now may bring other volumes of the same name.
 */
function checkVolumes(requirement: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  return Object.entries(requirement.volumes ?? {}).flatMap(([host, names]) => {
    if (usesDrives(requirement, host, snapshot) === "yes") return [];
    const found = (snapshot.hosts[host]?.volumes ?? []).filter(({ Name }) => names.includes(Name));
    const foreign = found.filter(({ Labels }) => !isOwned(Labels, requirement.owner));
    if (foreign.length > 0 && !requirement.adopt) return [foreignVolumeIssue(requirement, host, foreign, snapshot)];
    return found.length > 0 ? [reusedVolumeWarning(requirement, host, found)] : [];
  });
}

function foreignVolumeIssue(
  requirement: ServiceRequirement,
  host: string,
  volumes: readonly VolumeDetails[],
  snapshot: ClusterSnapshot,
): ServiceIssue {
  const { adoptArgument = "adopt" } = requirement;
  const problem =
    `the data in ${formatVolumes(volumes)} on host ${host} belongs to ${describeOwner(volumes[0]?.Labels)}: ` +
    `use the state that created it; if it was destroyed, set ${adoptArgument}: true to use the data; or choose another name`;
  const warning = usesDrives(requirement, host, snapshot) === "unknown";
  return { check: "disks", hosts: [host], argument: "serviceName", value: requirement.name, problem, warning };
}

function reusedVolumeWarning(
  { name }: ServiceRequirement,
  host: string,
  volumes: readonly VolumeDetails[],
): ServiceIssue {
  const problem = `the data in ${formatVolumes(volumes)} on host ${host} will be reused`;
  return { check: "disks", hosts: [host], argument: "serviceName", value: name, problem, warning: true };
}

function formatVolumes(volumes: readonly VolumeDetails[]): string {
  const names = volumes.map(({ Name }) => Name).toSorted();
  return `${names.length === 1 ? "volume" : "volumes"} ${names.join(", ")}`;
}
