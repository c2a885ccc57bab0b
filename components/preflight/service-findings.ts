import type { ServiceDetails } from "../engine/types.ts";
import { isOwned } from "../shared/labels.ts";
import type { Finding } from "../shared/refusal.ts";
import type { ServiceDemand } from "./demand.ts";
import { type LocalFacts, type ObservedHost, type Refusal, servicesOf, type Situation } from "./observed.ts";

/** What speaks against a service, the others demanded before it among it. */
export function serviceRefusals(
  demand: ServiceDemand,
  others: readonly ServiceDemand[],
  situation: Situation,
): Refusal[] {
  const findings = [
    ...nameFindings(demand, others, situation),
    ...portFindings(demand, others, situation),
    ...diskFindings(demand, situation),
  ];
  return findings.map((finding) => ({ subject: demand.subject, ...finding }));
}

function nameFindings(
  { name, owner }: ServiceDemand,
  others: readonly ServiceDemand[],
  situation: Situation,
): Finding[] {
  const twin = others.find((other) => other.name === name);
  if (twin)
    return [{ argument: "serviceName", value: name, problem: `${twin.subject} has it already: choose another` }];
  const foreign = servicesOf(situation).some(({ Spec }) => Spec.Name === name && !isOwned(Spec.Labels, owner));
  const problem =
    "the Swarm has a service of that name which this component did not make: choose another, or remove it";
  return foreign ? [{ argument: "serviceName", value: name, problem }] : [];
}

function portFindings(demand: ServiceDemand, others: readonly ServiceDemand[], situation: Situation): Finding[] {
  return Object.entries(demand.ports).flatMap(([argument, port]) =>
    demand.hosts.flatMap((key) => {
      const rival = others.find(({ hosts, ports }) => hosts.includes(key) && Object.values(ports).includes(port));
      const holder = rival ? rival.subject : holderOf(port, situation.hosts[key], demand, situation);
      const problem = `${holder} has it on host ${key} already: choose another, or free it`;
      return holder ? [{ argument, value: port, problem }] : [];
    }),
  );
}

/** Who has a port of a host, unless it is the service itself. */
function holderOf(port: number, host: ObservedHost | undefined, demand: ServiceDemand, situation: Situation) {
  const services = servicesOf(situation);
  const owners = [demand.owner, ...(demand.sameStore ?? [])];
  const isOurs = ({ Spec }: ServiceDetails) => owners.some((owner) => isOwned(Spec.Labels, owner));
  const ours = new Set(services.filter(isOurs).map(({ ID }) => ID));
  const container = host?.containers.find(({ Ports }) =>
    Ports.some(({ PublicPort, Type }) => PublicPort === port && Type === "tcp"),
  );
  const containersService = container?.Labels["com.docker.swarm.service.id"];
  if (containersService !== undefined && ours.has(containersService)) return undefined;
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
  return host?.local?.listening.includes(port) ? "a process outside Docker" : undefined;
}

function diskFindings({ disks, hosts }: ServiceDemand, situation: Situation): Finding[] {
  return hosts.flatMap((key) => {
    const mounts = situation.hosts[key]?.local?.mounts;
    if (!mounts) return [];
    return disks.flatMap(({ path }) => {
      const problem = diskProblem(path, mounts);
      const wayOut = "mount the disk there, or leave path out and a Docker volume holds the drive";
      return problem ? [{ argument: `hosts.${key}.drives`, value: path, problem: `${problem}: ${wayOut}` }] : [];
    });
  });
}

function diskProblem(path: string, mounts: LocalFacts["mounts"]): string | undefined {
  const mountAt = (at: string) => mounts.findLast((mount) => mount.path === at);
  const mount = mountAt(path.replace(/(?<=.)\/+$/, ""));
  if (!mount) return "is no mount point";
  return mount.device === mountAt("/")?.device ? "lies on the root disk" : undefined;
}
