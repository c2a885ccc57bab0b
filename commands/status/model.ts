import type { NetworkDetails, NodeDetails, ServiceDetails, TaskDetails } from "../../engine/types.ts";
import { type HostSnapshot, hostProblems, type HostReport, hostReport } from "./hosts.ts";
import type { StoreReport } from "./store.ts";

/** The state of a stack, as `--json` prints it. */
export interface StatusReport {
  stack: string;
  hosts: HostReport[];
  /** Key of the manager that reported the network, services and tasks; absent if none is reachable. */
  manager?: string;
  network?: NetworkReport;
  services: ServiceReport[];
  tasks: TaskReport[];
  store: StoreReport;
  /** One line each; empty if everything is healthy. */
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
  /** Nodes that are connected to the network now. */
  peers: { name: string; address: string }[];
  /** Containers attached on the manager that reported the network. */
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
  /** The outcome of its last update, from the Engine. */
  update?: string;
}

export interface TaskReport {
  id: string;
  /** The name in `docker service ps`: service, and slot or node. */
  name: string;
  service: string;
  node: string;
  image: string;
  desired: string;
  state: string;
  /** When it entered its state. */
  since: string;
  /** Seconds since then. */
  ageSeconds: number;
  addresses: string[];
  error?: string;
}

/** The answers of the engines and of the store. */
export interface StatusSnapshot {
  stack: string;
  swarmId: string;
  networkName: string;
  /** The services in the stack's state. */
  declared: readonly { id: string; name: string }[];
  hosts: readonly HostSnapshot[];
  /** Absent if no manager of the Swarm is reachable. */
  swarm?: SwarmSnapshot;
  store: StoreReport;
  now: Date;
}

/** The answers of a manager. */
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
  const hosts = found.hosts.map((inspected) => hostReport(inspected, swarm?.nodes));
  const network = swarm?.network && networkReport(swarm.network);
  const services = (swarm?.services ?? []).map(serviceReport).toSorted((a, b) => a.name.localeCompare(b.name));
  const tasks = swarm ? swarm.tasks.map((task) => taskReport(task, swarm, now)).toSorted(byNameThenAge) : [];
  const ofSwarm = [
    ...(network ? [] : [`network ${networkName} is missing: recreate it with \`npm run up\``]),
    ...found.declared
      .filter(({ id }) => !services.some((service) => service.id === id))
      .map(({ name }) => `service ${name} is missing: recreate it with \`npm run up\``),
    ...services.flatMap((service) => serviceProblems(service, tasks)),
  ];
  const problems = [
    ...hosts.flatMap(hostProblems),
    ...(swarm ? ofSwarm : [noManagerProblem(swarmId, found.hosts)]),
    ...store.problems,
  ];
  return { stack, hosts, ...(swarm && { manager: swarm.manager }), network, services, tasks, store, problems };
}

/** Returns why the network, services and tasks are unknown. */
function noManagerProblem(swarmId: string, hosts: readonly HostSnapshot[]): string {
  const states = hosts.flatMap(({ member, info }) => {
    if (!info) return [];
    const { LocalNodeState, ControlAvailable, Cluster } = info.Swarm;
    const isOther = Cluster && Cluster.ID !== swarmId;
    const state = isOther ? `in another Swarm (${Cluster.ID})` : LocalNodeState;
    return [`${member.key} is ${ControlAvailable && !isOther ? "a manager without quorum" : state}`];
  });
  return (
    `no manager of the Swarm ${swarmId} answers${states.length > 0 ? ` (${states.join(", ")})` : ""}: bring managers ` +
    "back, or continue without those that are lost: `npm run recover`"
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
    // The docker CLI sets the option to an empty string: its presence turns encryption on.
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

/** Sorts like `docker service ps`: by name, the newest first. */
function byNameThenAge(a: TaskReport, b: TaskReport): number {
  return a.name.localeCompare(b.name) || b.since.localeCompare(a.since);
}

function serviceProblems({ name, running, desired }: ServiceReport, tasks: readonly TaskReport[]): string[] {
  if (running > 0 && running >= desired) return [];
  const count = `service ${name}: ${running} of ${desired} tasks run`;
  const own = tasks.filter(({ service }) => service === name);
  // A global service desires no task while one waits for its restart: the newest error shows why.
  const failed = own.find(({ error }) => error !== undefined);
  if (failed) return [`${count}; last error, on ${failed.node || "no node"}: ${failed.error}`];
  return [own.length === 0 ? `${count}: no node satisfies its constraints` : count];
}
