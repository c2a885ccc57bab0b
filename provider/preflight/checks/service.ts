import { socketPath } from "../../../engine/connection.ts";
import { isSshConnection } from "../../../engine/ssh-shell.ts";
import type { ContainerSummary, ServiceDetails } from "../../../engine/types.ts";
import { describeOwner } from "../../../core/labels.ts";
import type { ServiceRequirement } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import type { MachineFacts } from "../facts/machine.ts";
import { diskShortage } from "../disk-space.ts";
import { isNode, isOurService, type HostSnapshot, listServices, type ClusterSnapshot } from "../snapshot.ts";
import { checkVolumes } from "./volume.ts";

/** A finding about one service, whose name goes without saying. */
type ServiceIssue = Omit<PreflightIssue, "subject">;

/** What speaks against a service, the others demanded before it among it. */
export function checkService(
  requirement: ServiceRequirement,
  others: readonly ServiceRequirement[],
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const findings = [
    ...checkName(requirement, others, snapshot),
    ...checkPorts(requirement, others, snapshot),
    ...checkAllowFrom(requirement, snapshot),
    ...checkDisks(requirement, snapshot),
    ...checkVolumes(requirement, snapshot),
    ...checkDiskSpace(requirement, snapshot),
  ];
  return findings.map((finding) => ({ subject: requirement.subject, ...finding }));
}

function checkName(
  { name, nameArgument = "serviceName", owner, adopt }: ServiceRequirement,
  others: readonly ServiceRequirement[],
  snapshot: ClusterSnapshot,
): ServiceIssue[] {
  const about = { check: "names", hosts: [], argument: nameArgument, value: name } as const;
  const twin = others.find((other) => other.name === name);
  if (twin) return [{ ...about, problem: `${twin.subject} has it already: choose another` }];
  const foreign = listServices(snapshot).find(
    (service) => service.Spec.Name === name && !isOurService(service, owner, snapshot),
  );
  if (!foreign || adopt) return [];
  const problem =
    `the Swarm has a service of that name that belongs to ${describeOwner(foreign.Spec.Labels)}: ` +
    "use the state that created it, set adopt: true, or choose another name";
  return [{ ...about, problem }];
}

function checkPorts(
  requirement: ServiceRequirement,
  others: readonly ServiceRequirement[],
  snapshot: ClusterSnapshot,
): ServiceIssue[] {
  return Object.entries(requirement.ports).flatMap(([argument, port]) =>
    requirement.hosts.flatMap((key) => {
      const rival = others.find(({ hosts, ports }) => hosts.includes(key) && Object.values(ports).includes(port));
      const holder = rival ? rival.subject : portHolder(port, key, requirement, snapshot);
      const problem = `${holder} has it on host ${key} already: choose another, or free it`;
      return holder ? [{ check: "ports", hosts: [key], argument, value: port, problem }] : [];
    }),
  );
}

/** Who has a port of a host, unless it is the service itself. */
function portHolder(port: number, key: string, requirement: ServiceRequirement, snapshot: ClusterSnapshot) {
  const host = snapshot.hosts[key];
  // An engine that does not answer does not tell which ports are its own.
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
    // While managers elect a leader none of them tells its services: the name has to do.
    return services.length === 0 && Labels["com.docker.swarm.service.name"] === requirement.name;
  };
  if (container && isOurTask(container)) return undefined;
  // Ports of the routing mesh are taken on every host; those in host mode only where a task runs.
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
  // Its own ports do not say so before a container runs, and are open by then.
  if (host.containers.some((one) => one.State === "created" && isOurTask(one))) return undefined;
  // A task on its host's own network holds its ports as any process does.
  if (requirement.usesHostNetwork && (ours.size > 0 || runsOn(requirement, host))) return undefined;
  return snapshot.machines[key]?.listening.includes(port) ? "a process outside Docker" : undefined;
}

/** Whether a task of the service runs on a host; while managers elect a leader, its name has to do. */
function runsOn({ name }: ServiceRequirement, { containers }: HostSnapshot): boolean {
  return containers.some(({ Labels }) => Labels["com.docker.swarm.service.name"] === name);
}

/** Rules are set as root: by ssh, or on this machine, of which the rules' own resource tells whether they can be. */
function checkAllowFrom({ needsFirewall, hosts }: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  if (!needsFirewall) return [];
  return hosts.flatMap((key) => {
    const address = snapshot.hosts[key]?.address;
    const about = { check: "ports", hosts: [key], argument: "allowFrom", value: key } as const;
    if (address !== undefined && !isSshConnection({ host: address }) && socketPath({ host: address }) === undefined) {
      const problem = `is reached at ${address}, and only by ssh can rules be set there: declare it in SshHosts, or leave allowFrom out`;
      return [{ ...about, problem }];
    }
    if (snapshot.machines[key]?.hasRoot !== false) return [];
    const problem = "rules there are root's to set: log in as root, or let the user run sudo without a password";
    return [{ ...about, problem }];
  });
}

function checkDisks({ disks, hosts }: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  return hosts.flatMap((key) => {
    const mounts = snapshot.machines[key]?.mounts;
    if (!mounts) return [];
    return disks.flatMap(({ path }) => {
      const problem = diskError(path, mounts);
      const wayOut = "mount the disk there, or leave path out and a Docker volume holds the drive";
      if (!problem) return [];
      const argument = `hosts.${key}.drives`;
      return [{ check: "disks", hosts: [key], argument, value: path, problem: `${problem}: ${wayOut}` }];
    });
  });
}

/** A drive of a node that runs is no reason to stop the change that may mend it, as by more hosts. */
function checkDiskSpace({ disks, hosts }: ServiceRequirement, snapshot: ClusterSnapshot): ServiceIssue[] {
  return hosts.flatMap((key) => {
    const machine = snapshot.machines[key];
    if (!machine) return [];
    return disks.flatMap(({ path }): ServiceIssue[] => {
      const shortage = diskShortage(path, machine, ({ free, total }) => free < total / 10);
      const about = { check: "disks", hosts: [key], argument: `hosts.${key}.drives`, value: path } as const;
      return shortage ? [{ ...about, ...shortage, warning: shortage.warning || isNode(snapshot, key) }] : [];
    });
  });
}

function diskError(path: string, mounts: MachineFacts["mounts"]): string | undefined {
  const mountAt = (at: string) => mounts.findLast((mount) => mount.path === at);
  const mount = mountAt(path.replace(/(?<=.)\/+$/, ""));
  if (!mount) return "is no mount point";
  return mount.device === mountAt("/")?.device ? "lies on the root disk" : undefined;
}
