import { API_PORT } from "../minio/layout/topology.ts";

/** Ports of the S3 API and the console in the container: above 1024, so that the process needs no privileges. */
export const S3_PORT = 8000;
export const CONSOLE_GATEWAY_PORT = 8001;

/** Paths of the files in the container. */
export const CONTAINER_FILES = {
  routes: "/etc/traefik/routes.json",
  certificate: "/run/secrets/certificate.pem",
  key: "/run/secrets/key.pem",
  storeAuthority: "/etc/traefik/store-authority.pem",
} as const;

/** The inputs of a gateway's configuration. */
export interface GatewayPlan {
  /** Names of the members on the network. */
  members: readonly string[];
  /** Whether to route to the console as well. */
  console: boolean;
  /** Port of the members' console. */
  storeConsolePort: number;
  /** Whether clients use TLS. */
  tls: boolean;
  /** Whether the members use TLS. */
  storeTls: boolean;
}

/** Entry point that answers while Traefik runs. */
const LIVE = { name: "live", address: "127.0.0.1:8082" };
/** Entry point that answers while the store, reached through the gateway, has write quorum. */
const READY = { name: "ready", address: "127.0.0.1:8083" };

/** Commands to run in the container: Traefik's client checks one of the entry points. */
export const PROBE_COMMANDS = { live: probe(LIVE), ready: probe(READY) };

function probe({ name, address }: typeof LIVE): string[] {
  return ["traefik", "healthcheck", `--ping.entryPoint=${name}`, `--entryPoints.${name}.address=${address}`];
}

/** Returns Traefik's arguments: its entry points, with the file of routes as the only source of configuration. */
export function traefikArguments({ console }: Pick<GatewayPlan, "console">): string[] {
  return [
    "--global.checkNewVersion=false",
    "--global.sendAnonymousUsage=false",
    "--log.level=WARN",
    "--log.noColor=true",
    "--providers.file.watch=false",
    `--providers.file.filename=${CONTAINER_FILES.routes}`,
    "--ping=true",
    `--ping.entryPoint=${LIVE.name}`,
    ...[LIVE, READY].flatMap(({ name, address }) => [
      `--entryPoints.${name}.address=${address}`,
      `--entryPoints.${name}.http.aliasHeadersStrategy=delete`,
    ]),
    ...entryPoint("s3", S3_PORT),
    ...(console ? entryPoint("console", CONSOLE_GATEWAY_PORT) : []),
  ];
}

/** S3 signatures cover the path and the headers, which must be forwarded unchanged. */
function entryPoint(name: string, port: number): string[] {
  const settings = {
    address: `:${port}`,
    // Object keys may contain `//` and `..`.
    "http.sanitizePath": false,
    // Metadata headers may contain `_` and `.`.
    "http.aliasHeadersStrategy": "keep",
    // By default an upload ends after a minute.
    "transport.respondingTimeouts.readTimeout": 0,
    // Swarm's stop grace period limits how long requests may take to finish.
    "transport.lifeCycle.graceTimeOut": "24h",
  };
  return Object.entries(settings).map(([setting, value]) => `--entryPoints.${name}.${setting}=${value}`);
}

/** Returns the file of routes. It is deterministic. */
export function traefikRoutes(plan: GatewayPlan): string {
  const { console, tls } = plan;
  const routes = {
    http: {
      routers: {
        ...routers("s3", tls),
        ...(console ? routers("console", tls) : {}),
        ready: { entryPoints: [READY.name], rule: "Path(`/ping`)", service: "s3", middlewares: ["quorum"] },
      },
      middlewares: {
        // An unreachable member received nothing, so any request can be retried with another. After a broken connection
        // or a 502/503 only requests without body are retried, long enough for the whole store to restart.
        retry: {
          retry: {
            attempts: 30,
            initialInterval: "500ms",
            timeout: "15s",
            status: ["502", "503"],
            maxRequestBodyBytes: 0,
          },
        },
        // Traefik would request compression itself, and then decompress objects that were stored compressed.
        asStored: { headers: { customRequestHeaders: { "Accept-Encoding": "identity" } } },
        quorum: { replacePath: { path: "/minio/health/cluster" } },
      },
      services: {
        ...services("s3", plan, API_PORT),
        ...(console ? services("console", plan, plan.storeConsolePort) : {}),
      },
      serversTransports: {
        members: {
          disableHTTP2: true,
          maxIdleConnsPerHost: 256,
          // Members close connections that are idle for 30 s; requests must not use one of those.
          forwardingTimeouts: { dialTimeout: "2s", idleConnTimeout: "20s" },
          ...(plan.storeTls ? { rootCAs: [CONTAINER_FILES.storeAuthority] } : {}),
        },
      },
    },
    ...(tls ? { tls: tlsConfiguration() } : {}),
  };
  return `${JSON.stringify(routes, null, 2)}\n`;
}

/** Requests without Accept-Encoding get `identity`; the others are forwarded unchanged. */
function routers(name: string, tls: boolean) {
  const common = { entryPoints: [name], service: name, ...(tls ? { tls: {} } : {}) };
  return {
    [name]: {
      ...common,
      rule: "HeaderRegexp(`Accept-Encoding`, `.`)",
      priority: 2,
      middlewares: ["retry"],
    },
    [`${name}-identity`]: { ...common, rule: "PathPrefix(`/`)", priority: 1, middlewares: ["asStored", "retry"] },
  };
}

/**
 * Requests go to members that report a healthy cluster, since one that just started knows only some of the objects. If
 * no member does, requests go to all that are alive: the cluster check hangs while the store waits for a lost host, but
 * the store can often serve requests meanwhile.
 */
function services(name: string, plan: GatewayPlan, port: number) {
  return {
    [name]: { failover: { service: `${name}-ready`, fallback: `${name}-alive`, healthCheck: {} } },
    [`${name}-ready`]: { loadBalancer: balancer(plan, port, "/minio/health/cluster") },
    [`${name}-alive`]: { loadBalancer: balancer(plan, port, "/minio/health/live") },
  };
}

/** Names every member. A stopped member has no DNS name and counts as unhealthy. */
function balancer({ members, storeTls }: GatewayPlan, port: number, path: string) {
  const scheme = storeTls ? "https" : "http";
  return {
    servers: members.map((member) => ({ url: `${scheme}://${member}:${port}` })),
    // Picks the less busy of two random members: objects differ in size.
    strategy: "p2c",
    passHostHeader: true,
    serversTransport: "members",
    healthCheck: { path, port: API_PORT, interval: "3s", unhealthyInterval: "1s", timeout: "2s" },
  };
}

/** Serves the same certificate for every name, and to clients without SNI. */
function tlsConfiguration() {
  const certificate = { certFile: CONTAINER_FILES.certificate, keyFile: CONTAINER_FILES.key };
  return {
    certificates: [certificate],
    stores: { default: { defaultCertificate: certificate } },
    options: { default: { minVersion: "VersionTLS12" } },
  };
}
