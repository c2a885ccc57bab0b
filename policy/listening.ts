import { DOCKER_CONTAINER, DOCKER_SERVICE, SWARM_SERVICE, toText } from "./containers.ts";
import { ifKnown, toArray, getProperty, type PolicyResource } from "./rule.ts";

/** A port that is published on a host. */
export interface PublishedPort {
  /** Undefined if the engine chooses it. */
  port?: number;
  /** Address of the host that it is published on; undefined for all. */
  address?: string;
}

/** Returns the ports that a resource publishes on hosts. */
export function publishedPorts({ type, props }: PolicyResource): PublishedPort[] {
  const ports = (path: readonly string[], key: string, address?: string) =>
    toArray(getProperty(props, ...path)).map((one) => {
      const port = getProperty(one, key);
      const chosen = typeof port === "number" && port > 0 ? port : undefined;
      return { port: chosen, address: address && toText(getProperty(one, address)) };
    });
  if (type === SWARM_SERVICE) return ports(["spec", "EndpointSpec", "Ports"], "PublishedPort");
  if (type === DOCKER_SERVICE) return ports(["endpointSpec", "ports"], "publishedPort");
  if (type !== DOCKER_CONTAINER) return [];
  const allPorts = getProperty(props, "publishAllPorts") === true ? [{}] : [];
  return [...ports(["ports"], "external", "ip"), ...allPorts];
}

/** Formats ports for a message. */
export function formatPorts(ports: readonly PublishedPort[]): string {
  const texts = ports.map(({ port }) => (port === undefined ? "chosen by the engine" : String(port)));
  return `ports ${[...new Set(texts)].join(", ")}`;
}

/** Whether a resource uses the host network. Ids that a preview does not know yet belong to other networks. */
export function isOnHostNetwork({ type, props }: PolicyResource): boolean {
  const names = (path: readonly string[], key: string) =>
    (ifKnown(() => toArray(getProperty(props, ...path))) ?? []).map((one) => ifKnown(() => getProperty(one, key)));
  if (type === SWARM_SERVICE) return names(["spec", "TaskTemplate", "Networks"], "Target").includes("host");
  if (type === DOCKER_SERVICE) return names(["taskSpec", "networksAdvanceds"], "name").includes("host");
  return type === DOCKER_CONTAINER && ifKnown(() => getProperty(props, "networkMode")) === "host";
}

const PREDEFINED_NETWORK = "swarm:index:PredefinedNetwork";
const SWARM_NETWORK = "swarm:index:ConfigFromNetwork";
const DOCKER_NETWORK = "docker:index/network:Network";

/** Properties that refer to networks, by resource type. */
const NETWORK_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  [SWARM_SERVICE]: ["spec"],
  [DOCKER_SERVICE]: ["taskSpec"],
  [DOCKER_CONTAINER]: ["networksAdvanced", "networkMode"],
};

/**
 * Returns the drivers of a resource's networks, as far as the stack creates them, on which containers are reachable
 * without published ports: `host`, `macvlan` and `ipvlan`.
 */
export function directlyReachableDrivers(resource: PolicyResource, resources: readonly PolicyResource[]): string[] {
  const properties = NETWORK_PROPERTIES[resource.type] ?? [];
  const urns = new Set(properties.flatMap((property) => resource.sources?.[property] ?? []));
  const drivers = resources.filter(({ urn }) => urns.has(urn)).map(networkDriver);
  return [...new Set(drivers.filter((driver) => ["host", "macvlan", "ipvlan"].includes(driver ?? "")))] as string[];
}

function networkDriver({ type, props }: PolicyResource): string | undefined {
  if (type === PREDEFINED_NETWORK) return toText(getProperty(props, "name"));
  return type === SWARM_NETWORK || type === DOCKER_NETWORK ? toText(getProperty(props, "driver")) : undefined;
}
