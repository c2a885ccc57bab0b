import { CONTAINER_FILES } from "../components/gateway/haproxy.ts";
import { containersOf, type DeclaredContainer, SWARM_SERVICE } from "./containers.ts";
import { isOnHostNetwork, directlyReachableDrivers, formatPorts, publishedPorts } from "./listening.ts";
import { ifKnown, toArray, getProperty, type PolicyResource } from "./rule.ts";
import { hasCertificatesFolder, isMinioServer, splitCommandLine } from "./store.ts";

/** Reports stores and gateways with published ports that use plain HTTP. */
export function tlsViolations(resource: PolicyResource): string[] {
  const ports = publishedPorts(resource);
  // Reads networks only if nothing is published, because a preview may not know them yet.
  const where =
    ports.length > 0 ? formatPorts(ports) : isOnHostNetwork(resource) ? "ports on the host network" : undefined;
  return where === undefined ? [] : plainHttpServices(resource).map((what) => formatViolation(what, where));
}

/** Reports the same on networks of the stack where containers are reachable without published ports. */
export function tlsViolationsOnNetworks(resources: readonly PolicyResource[]): { text: string; urn?: string }[] {
  return resources.flatMap((resource) => {
    const [driver] = directlyReachableDrivers(resource, resources);
    if (driver === undefined || ifKnown(() => publishedPorts(resource).length > 0) === true) return [];
    const what = ifKnown(() => plainHttpServices(resource)) ?? [];
    return what.map((one) => ({ urn: resource.urn, text: formatViolation(one, `ports on its ${driver} network`) }));
  });
}

const formatViolation = (what: string, where: string) =>
  `the ${what}'s ${where} use plain HTTP: give tls, or publish nothing`;

function plainHttpServices(resource: PolicyResource): string[] {
  return containersOf(resource).flatMap((container) => {
    if (isPlainStore(container)) return ["store"];
    return isPlainGateway(container.args(), resource) ? ["gateway"] : [];
  });
}

function isPlainStore(container: DeclaredContainer): boolean {
  return isMinioServer(container) && !hasCertificatesFolder(container.args());
}

function isPlainGateway(args: readonly string[], { type, props }: PolicyResource): boolean {
  if (type !== SWARM_SERVICE || !splitCommandLine(args).includes(CONTAINER_FILES.configuration)) return false;
  const secrets = toArray(getProperty(props, "spec", "TaskTemplate", "ContainerSpec", "Secrets"));
  return !secrets.some((secret) => getProperty(secret, "File", "Name") === CONTAINER_FILES.key);
}
