import type { NetworkDetails, NodeDetails, ServiceDetails, TaskDetails } from "../../engine/types.ts";
import { type HostSnapshot, hostProblems, type HostReport, hostReport } from "./hosts.ts";
import type { StoreReport } from "./store.ts";

/** What a stack looks like on its hosts, as plain data: this is what `--json` prints. */
export interface StatusReport {
  stack: string;
  hosts: HostReport[];
  /** Key of the manager that told of the network, the services and the tasks; absent when none answers. */
  manager?: string;
  network?: NetworkReport;
  services: ServiceReport[];
  tasks: TaskReport[];
  store: StoreReport;
  /** What is not as it is to be, one line each; empty when all is well. */
  problems: string[];
}

export interface NetworkReport {
  id: string;
  name: string;
  scope: string;
  driver: string;
  encrypted: boolean;
  attachable: boolean;
  internal: boolean;
  subnets: string[];
  gateways: string[];
  /** One for each subnet. */
  vxlanIds: string[];
  labels: Record<string, string>;
  /** Nodes that take part in the network now. */
  peers: { name: string; address: string }[];
  /** What is attached on the manager that told. */
  containers: { name: string; address: string; mac: string }[];
}

export interface ServiceReport {
  id: string;
  name: string;
  mode: "global" | "replicated";
  running: number;
  desired: number;
  image: string;
  /** `9000->9000/tcp (host)`. */
  ports: string[];
  /** How its last update went, in the Engine's words. */
  update?: string;
}

export interface TaskReport {
  id: string;
  /** As `docker service ps` names it: service, and slot or node. */
  name: string;
  service: string;
  node: string;
  image: string;
  desired: string;
  state: string;
  /** When it came into its state. */
  since: string;
  /** Seconds since then. */
  ageSeconds: number;
  addresses: string[];
  error?: string;
}

/** What the engines and the store answered. */
export interface StatusSnapshot {
  stack: string;
  swarmId: string;
  networkName: string;
  /** The services that the stack's state names. */
  declared: readonly { id: string; name: string }[];
  hosts: readonly HostSnapshot[];
  /** Absent when no manager of the Swarm answers. */
  swarm?: SwarmSnapshot;
  store: StoreReport;
  now: Date;
}

/** What a manager answered. */
export interface SwarmSnapshot {
  /** Its host's key. */
  manager: string;
  network?: NetworkDetails;
  services: readonly ServiceDetails[];
  tasks: readonly TaskDetails[];
  nodes: readonly NodeDetails[];
}

export function statusReport({
  stack,
  swarmId,
  networkName,
  swarm,
  store,
  now,
  ...found
}: StatusSnapshot): StatusReport {
  const hosts = found.hosts.map((answer) => hostReport(answer, swarm?.nodes));
  const network = swarm?.network && networkReport(swarm.network);
  const services = (swarm?.services ?? []).map(serviceReport).toSorted((a, b) => a.name.localeCompare(b.name));
  const tasks = swarm ? swarm.tasks.map((task) => taskReport(task, swarm, now)).toSorted(byNameThenAge) : [];
  const ofSwarm = [
    ...(network ? [] : [`network ${networkName} is not there: bring it back with \`npm run up\``]),
    ...found.declared
      .filter(({ id }) => !services.some((service) => service.id === id))
      .map(({ name }) => `service ${name} is not there: bring it back with \`npm run up\``),
    ...services.flatMap((service) => serviceProblems(service, tasks)),
  ];
  const problems = [
    ...hosts.flatMap(hostProblems),
    ...(swarm ? ofSwarm : [noManagerProblem(swarmId, found.hosts)]),
    ...store.problems,
  ];
  return { stack, hosts, ...(swarm && { manager: swarm.manager }), network, services, tasks, store, problems };
}

/** What keeps the network, the services and the tasks from being told. */
function noManagerProblem(swarmId: string, hosts: readonly HostSnapshot[]): string {
  const said = hosts.flatMap(({ member, info }) => {
    if (!info) return [];
    const { LocalNodeState, ControlAvailable, Cluster } = info.Swarm;
    const isOther = Cluster && Cluster.ID !== swarmId;
    const state = isOther ? `in another Swarm (${Cluster.ID})` : LocalNodeState;
    return [`${member.key} is ${ControlAvailable && !isOther ? "a manager that sees no quorum" : state}`];
  });
  return (
    `no manager of the Swarm ${swarmId} answers${said.length > 0 ? ` (${said.join(", ")})` : ""}: bring managers ` +
    "back, or go on without those that are gone for good: `npm run recover`"
  );
}

const VXLAN_IDS = "com.docker.network.driver.overlay.vxlanid_list";

function networkReport(network: NetworkDetails): NetworkReport {
  const { Options, IPAM, Containers, Peers } = network;
  const given = (values: (string | undefined)[]) => values.filter((value) => value !== undefined);
  const pools = IPAM.Config ?? [];
  return {
    id: network.Id,
    name: network.Name,
    scope: network.Scope,
    driver: network.Driver,
    // The option's presence is what counts: the docker CLI sets it to an empty text.
    encrypted: Options?.["encrypted"] !== undefined && Options["encrypted"] !== "false",
    attachable: network.Attachable,
    internal: network.Internal,
    subnets: given(pools.map(({ Subnet }) => Subnet)),
    gateways: given(pools.map(({ Gateway }) => Gateway)),
    vxlanIds: (Options?.[VXLAN_IDS] ?? "").split(",").filter((id) => id !== ""),
    labels: network.Labels ?? {},
    peers: (Peers ?? []).map(({ Name, IP }) => ({ name: Name, address: IP })),
    containers: Object.values(Containers ?? {})
      .map(({ Name, IPv4Address, MacAddress }) => ({ name: Name, address: IPv4Address, mac: MacAddress }))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
  };
}

function serviceReport({ ID, Spec, ServiceStatus, UpdateStatus }: ServiceDetails): ServiceReport {
  const ports = Spec.EndpointSpec?.Ports ?? [];
  return {
    id: ID,
    name: Spec.Name,
    mode: "Global" in Spec.Mode ? "global" : "replicated",
    running: ServiceStatus?.RunningTasks ?? 0,
    desired: ServiceStatus?.DesiredTasks ?? 0,
    image: Spec.TaskTemplate.ContainerSpec.Image,
    ports: ports.map((port) => `${port.PublishedPort}->${port.TargetPort}/${port.Protocol} (${port.PublishMode})`),
    ...(UpdateStatus && { update: [UpdateStatus.State, UpdateStatus.Message].filter(Boolean).join(": ") }),
  };
}

function taskReport(task: TaskDetails, { services, nodes }: SwarmSnapshot, now: Date): TaskReport {
  const service = services.find(({ ID }) => ID === task.ServiceID)?.Spec.Name ?? task.ServiceID;
  const node = nodes.find(({ ID }) => ID === task.NodeID)?.Description.Hostname ?? task.NodeID ?? "";
  const { Status } = task;
  return {
    id: task.ID,
    name: `${service}.${task.Slot ?? node}`,
    service,
    node,
    image: task.Spec.ContainerSpec.Image,
    desired: task.DesiredState,
    state: Status.State,
    since: Status.Timestamp,
    ageSeconds: Math.max(0, Math.round((now.getTime() - Date.parse(Status.Timestamp)) / 1000)),
    addresses: (task.NetworksAttachments ?? []).flatMap(({ Addresses }) => Addresses ?? []),
    ...(Status.Err && { error: Status.Err }),
  };
}

/** As `docker service ps` lists them: by name, the newest first. */
function byNameThenAge(a: TaskReport, b: TaskReport): number {
  return a.name.localeCompare(b.name) || b.since.localeCompare(a.since);
}

function serviceProblems({ name, running, desired }: ServiceReport, tasks: readonly TaskReport[]): string[] {
  if (running > 0 && running >= desired) return [];
  const count = `service ${name}: ${running} of ${desired} tasks run`;
  const own = tasks.filter(({ service }) => service === name);
  // A global service wants no task while one waits for its restart: then, too, the newest error tells why.
  const failed = own.find(({ error }) => error !== undefined);
  if (failed) return [`${count}; last error, on ${failed.node || "no node"}: ${failed.error}`];
  return [own.length === 0 ? `${count}: no node fits it` : count];
}
