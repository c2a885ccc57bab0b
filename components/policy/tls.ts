import { FILES } from "../s3-gateway/traefik.ts";
import { containersOf, publishedPorts, SWARM_SERVICE } from "./containers.ts";
import { items, part, type RuledResource } from "./rule.ts";

/** Stores and gateways whose published ports are spoken to in plain HTTP. */
export function tlsViolations(resource: RuledResource): string[] {
  const ports = publishedPorts(resource);
  if (ports.length === 0) return [];
  const listed = ports.map(({ port }) => port).join(", ");
  const wayOut = "give tls, or publish nothing";
  return containersOf(resource).flatMap((container) => {
    const args = container.args();
    if (isPlainStore(args)) return [`the store's ports ${listed} speak plain HTTP: ${wayOut}`];
    return isPlainGateway(args, resource) ? [`the gateway's ports ${listed} speak plain HTTP: ${wayOut}`] : [];
  });
}

/** MinIO looks for certificates where it is told to; its own default place is in no image. */
function isPlainStore(args: readonly string[]): boolean {
  const isStore =
    args.includes("server") && args.some((arg) => /^(--console-address|--address)|^(\/|https?:\/\/)/.test(arg));
  return isStore && !args.some((arg) => /^--?(certs-dir|S)\b/.test(arg));
}

function isPlainGateway(args: readonly string[], { type, props }: RuledResource): boolean {
  if (type !== SWARM_SERVICE || !args.includes(`--providers.file.filename=${FILES.routes}`)) return false;
  const secrets = items(part(props, "spec", "TaskTemplate", "ContainerSpec", "Secrets"));
  return !secrets.some((secret) => part(secret, "File", "Name") === FILES.key);
}
