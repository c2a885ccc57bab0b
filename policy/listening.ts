import { DOCKER_CONTAINER, DOCKER_SERVICE, SWARM_SERVICE, toText } from "./containers.ts";
import { ifKnown, toArray, getProperty, type PolicyResource } from "./rule.ts";

/** A port that is to be reached from outside of the containers. */
export interface PublishedPort {
  /** Undefined where the engine chooses one by itself. */
  port?: number;
  /** The address it is published on; all of the host's when there is none. */
  address?: string;
}

/** The ports that a resource publishes on the hosts. */
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
  const everyOne = getProperty(props, "publishAllPorts") === true ? [{}] : [];
  return [...ports(["ports"], "external", "ip"), ...everyOne];
}

/** Ports in words. */
export function formatPorts(ports: readonly PublishedPort[]): string {
  const words = ports.map(({ port }) => (port === undefined ? "chosen by the engine" : String(port)));
  return `ports ${[...new Set(words)].join(", ")}`;
}

/** Whether a resource names the hosts' own network as its own. A network that a preview does not know yet has an id. */
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

/** Properties of a resource that name networks. */
const NETWORK_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  [SWARM_SERVICE]: ["spec"],
  [DOCKER_SERVICE]: ["taskSpec"],
  [DOCKER_CONTAINER]: ["networksAdvanced", "networkMode"],
};

/**
 * The drivers of networks of this stack on which what listens is reached from outside without a published port: `host`,
 * `macvlan` and `ipvlan`.
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
