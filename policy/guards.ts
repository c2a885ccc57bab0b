import { containersOf, DOCKER_CONTAINER, DOCKER_SERVICE, SWARM_SERVICE, toText } from "./containers.ts";
import {
  isOnHostNetwork,
  directlyReachableDrivers,
  formatPorts,
  type PublishedPort,
  publishedPorts,
} from "./listening.ts";
import { ifKnown, toArray, getProperty, type PolicyResource, toStrings } from "./rule.ts";
import { isMinioServer, minioPorts } from "./store.ts";

const FIREWALL = "swarm:index:HostFirewall";
const MEMBER = "swarm:index:Member";
const NODE_LABELS = "swarm:index:NodeLabels";
const HOST = "swarm:index:Host";
const AWS_MACHINE = "aws:ec2/instance:Instance";

/**
 * Reports ports that are reachable on addresses of hosts without a firewall of the stack on each host. Hosts that are
 * EC2 instances of the stack have security groups, which `openPortViolations` checks.
 */
export function unprotectedPorts(resources: readonly PolicyResource[]): { text: string; urn?: string }[] {
  return resources.flatMap((resource) => {
    const found = [
      ...new Set([...unprotectedPublishedPorts(resource, resources), ...unprotectedHostPorts(resource, resources)]),
    ];
    return found.map((line) => ({ urn: resource.urn, text: line }));
  });
}

function unprotectedPublishedPorts(resource: PolicyResource, resources: readonly PolicyResource[]): string[] {
  const ports = (ifKnown(() => publishedPorts(resource)) ?? []).filter(({ address }) => isOnAllAddresses(address));
  if (ports.length === 0) return [];
  const hosts = candidateHosts(resource, resources);
  const open = ports.filter(({ port }) => !isProtected(port, hosts, resource, resources));
  if (open.length === 0) return [];
  const fix = "give allowFrom (or a Firewall on each of them), or publish nothing";
  return [`${formatPorts(open)} are published on all addresses of its hosts: ${fix}`];
}

/** Reports containers that are reachable without published ports: on the host network, or on macvlan and ipvlan. */
function unprotectedHostPorts(resource: PolicyResource, resources: readonly PolicyResource[]): string[] {
  const named = isOnHostNetwork(resource) ? ["host"] : [];
  const drivers = new Set([...named, ...directlyReachableDrivers(resource, resources)]);
  const hosts = candidateHosts(resource, resources);
  return [...drivers].flatMap((driver) => {
    if (driver !== "host") {
      const fix = "restrict access to that network yourself, and disable this rule for the stack";
      return [`is reachable on its ${driver} network, where this package's firewalls have no effect: ${fix}`];
    }
    const open = listeningPorts(resource).filter(({ port }) => !isProtected(port, hosts, resource, resources));
    if (open.length === 0) return [];
    const fix = "give allowFrom (or a Firewall on each of its hosts), or another network";
    return [`is on the host network, with ${formatPorts(open)} open on all addresses of its hosts: ${fix}`];
  });
}

/** Returns the ports of MinIO servers. Ports of other programs are unknown. */
function listeningPorts(resource: PolicyResource): PublishedPort[] {
  const ports = containersOf(resource).flatMap((container) => {
    const isOne = ifKnown(() => isMinioServer(container));
    return isOne === true ? minioPorts(container.args()).map((port) => ({ port })) : [{}];
  });
  return ports;
}

/** Whether a firewall protects a port on all hosts of a resource. A port that the engine chooses is never protected. */
function isProtected(
  port: number | undefined,
  hosts: readonly string[] | "unknown",
  { parent }: PolicyResource,
  resources: readonly PolicyResource[],
): boolean {
  if (hosts !== "unknown" && hosts.length === 0) return true;
  if (port === undefined) return false;
  const guards = resources.filter(
    ({ type, props }) => type === FIREWALL && toArray(getProperty(props, "filter", "ports")).includes(port),
  );
  // A component's own firewalls are on the hosts of its services.
  if (parent !== undefined && guards.some((guard) => guard.parent === parent)) return true;
  const guarded = new Set(guards.map(({ props }) => getProperty(props, "host")));
  return hosts === "unknown" ? guarded.size > 0 : hosts.every((host) => guarded.has(host));
}

/**
 * Returns the keys of the hosts that a resource may run on, without EC2 instances. Returns "unknown" if they cannot be
 * determined; a firewall on any host is then enough.
 */
function candidateHosts(resource: PolicyResource, resources: readonly PolicyResource[]): readonly string[] | "unknown" {
  const members = resources.filter(({ type }) => type === MEMBER);
  const onAws = new Set(
    members.filter((one) => isAwsInstance(one, resources)).map(({ props }) => getProperty(props, "hostKey")),
  );
  const all = nodeKeys(resource, members);
  if (all.length === 0) return "unknown";
  if (all.every((key) => onAws.has(key))) return [];
  const own = resource.type === SWARM_SERVICE ? hostsMeetingConstraints(resource, all, resources) : all;
  return own === "unknown" ? own : own.filter((key) => !onAws.has(key));
}

function nodeKeys({ type, props }: PolicyResource, members: readonly PolicyResource[]): string[] {
  if (type === SWARM_SERVICE) return Object.keys((getProperty(props, "nodes") as object | undefined) ?? {});
  if (type !== DOCKER_SERVICE && type !== DOCKER_CONTAINER) return [];
  return toStrings(members.map((member) => getProperty(member.props, "hostKey")));
}

function isAwsInstance({ sources = {} }: PolicyResource, resources: readonly PolicyResource[]): boolean {
  const from = new Set([...(sources["connection"] ?? []), ...(sources["advertiseAddress"] ?? [])]);
  return resources.some(({ type, urn }) => type === AWS_MACHINE && from.has(urn));
}

/** Returns the keys of the hosts that meet the placement constraints of a service. */
function hostsMeetingConstraints(
  { props }: PolicyResource,
  keys: readonly string[],
  resources: readonly PolicyResource[],
): readonly string[] | "unknown" {
  // The routing mesh listens on every node.
  const ports = ifKnown(() => toArray(getProperty(props, "spec", "EndpointSpec", "Ports"))) ?? [];
  if (ports.some((port) => getProperty(port, "PublishMode") !== "host")) return keys;
  const constraints = ifKnown(() => toStrings(getProperty(props, "spec", "TaskTemplate", "Placement", "Constraints")));
  if (constraints === undefined) return "unknown";
  let left: readonly string[] = keys;
  for (const constraint of constraints) {
    const [, hostname] = /^node\.hostname\s*==\s*(.+)$/.exec(constraint) ?? [];
    const [, label, value] = /^node\.labels\.(\S+?)\s*==\s*(.+)$/.exec(constraint) ?? [];
    const met =
      hostname !== undefined
        ? hostsNamed(hostname, resources)
        : label !== undefined && ifKnown(() => hostsWithLabel(label, value, props, keys, resources));
    if (!met) return "unknown";
    left = left.filter((key) => met.has(key));
  }
  return left.length === 0 ? "unknown" : left;
}

/** Returns the keys of the hosts with that hostname. For a Swarm's other nodes, only the hostname is known. */
function hostsNamed(hostname: string, resources: readonly PolicyResource[]): Set<string> {
  const hosts = resources.filter(({ type, props }) => type === HOST && getProperty(props, "hostname") === hostname);
  return new Set([hostname, ...toStrings(hosts.map(({ props }) => getProperty(props, "key")))]);
}

/**
 * Returns the keys of the hosts with this node label, whether set by the host or by another resource.
 *
 * @throws Error in a preview that does not know the nodes yet
 */
function hostsWithLabel(
  label: string,
  value: string | undefined,
  props: PolicyResource["props"],
  keys: readonly string[],
  resources: readonly PolicyResource[],
): Set<string> {
  const labelled = (wanted: string) =>
    resources.filter(({ type, props: own }) => type === wanted && getProperty(own, "labels", label) === value);
  const members = labelled(MEMBER).map((member) => getProperty(member.props, "hostKey"));
  const nodes = labelled(NODE_LABELS).map((one) => getProperty(one.props, "nodeId"));
  const hasLabel = (key: string) =>
    members.includes(key) || (nodes.length > 0 && nodes.includes(toText(getProperty(props, "nodes", key, "nodeId"))));
  return new Set(keys.filter(hasLabel));
}

function isOnAllAddresses(address: string | undefined): boolean {
  return address === undefined || ["", "0.0.0.0", "::", "[::]"].includes(address);
}
