import { FILES } from "../components/gateway/traefik.ts";
import { containersOf, type DeclaredContainer, SWARM_SERVICE } from "./containers.ts";
import { isOnHostNetwork, openNetworks, portWords, publishedPorts } from "./listening.ts";
import { ifKnown, items, part, type RuledResource } from "./rule.ts";
import { hasCertificates, isStore, words } from "./store.ts";

/** Stores and gateways whose published ports are spoken to in plain HTTP. */
export function tlsViolations(resource: RuledResource): string[] {
  const ports = publishedPorts(resource);
  // Networks are looked at first only where nothing is published: a preview may not know them yet.
  const where =
    ports.length > 0 ? portWords(ports) : isOnHostNetwork(resource) ? "ports on its hosts' network" : undefined;
  return where === undefined ? [] : plainOnes(resource).map((what) => line(what, where));
}

/** The same on networks of the stack that are reached without published ports. */
export function tlsViolationsOnNetworks(resources: readonly RuledResource[]): { text: string; urn?: string }[] {
  return resources.flatMap((resource) => {
    const [driver] = openNetworks(resource, resources);
    if (driver === undefined || ifKnown(() => publishedPorts(resource).length > 0) === true) return [];
    const what = ifKnown(() => plainOnes(resource)) ?? [];
    return what.map((one) => ({ urn: resource.urn, text: line(one, `ports on its ${driver} network`) }));
  });
}

const line = (what: string, where: string) => `the ${what}'s ${where} speak plain HTTP: give tls, or publish nothing`;

function plainOnes(resource: RuledResource): string[] {
  return containersOf(resource).flatMap((container) => {
    if (isPlainStore(container)) return ["store"];
    return isPlainGateway(container.args(), resource) ? ["gateway"] : [];
  });
}

function isPlainStore(container: DeclaredContainer): boolean {
  return isStore(container) && !hasCertificates(container.args());
}

function isPlainGateway(args: readonly string[], { type, props }: RuledResource): boolean {
  if (type !== SWARM_SERVICE || !words(args).includes(`--providers.file.filename=${FILES.routes}`)) return false;
  const secrets = items(part(props, "spec", "TaskTemplate", "ContainerSpec", "Secrets"));
  return !secrets.some((secret) => part(secret, "File", "Name") === FILES.key);
}
