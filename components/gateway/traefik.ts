import { API_PORT } from "../minio/layout/topology.ts";

/** Ports of the S3 API and the console inside the container: above 1024, so that its user needs no privilege. */
export const S3_PORT = 8000;
export const CONSOLE_GATEWAY_PORT = 8001;

/** Where the container finds what it is given. */
export const CONTAINER_FILES = {
  routes: "/etc/traefik/routes.json",
  certificate: "/run/secrets/certificate.pem",
  key: "/run/secrets/key.pem",
  storeAuthority: "/etc/traefik/store-authority.pem",
} as const;

/** What a gateway's settings follow from. */
export interface GatewayPlan {
  /** The members' names on the network. */
  members: readonly string[];
  /** Whether the console is led to as well. */
  console: boolean;
  /** Port of the members' console. */
  storeConsolePort: number;
  /** Whether clients are spoken to in TLS. */
  tls: boolean;
  /** Whether the members speak TLS. */
  storeTls: boolean;
}

/** Says that Traefik runs. */
const LIVE = { name: "live", address: "127.0.0.1:8082" };
/** Says that a member of the store, asked through the gateway, has write quorum. */
const READY = { name: "ready", address: "127.0.0.1:8083" };

/** Commands in the container: Traefik asks one of its own entry points. */
export const PROBE_COMMANDS = { live: probe(LIVE), ready: probe(READY) };

function probe({ name, address }: typeof LIVE): string[] {
  return ["traefik", "healthcheck", `--ping.entryPoint=${name}`, `--entryPoints.${name}.address=${address}`];
}

/** Traefik's arguments: what it listens on, and that it asks nobody but the file of routes. */
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

/** A way in for S3, whose signatures cover the path and the headers: they go on as they came. */
function entryPoint(name: string, port: number): string[] {
  const settings = {
    address: `:${port}`,
    // A key may hold `//` and `..`.
    "http.sanitizePath": false,
    // Metadata may hold `_` and `.`.
    "http.aliasHeadersStrategy": "keep",
    // By default an upload ends after a minute.
    "transport.respondingTimeouts.readTimeout": 0,
    // What is being served is finished; how long that may take, the service says.
    "transport.lifeCycle.graceTimeOut": "24h",
  };
  return Object.entries(settings).map(([setting, value]) => `--entryPoints.${name}.${setting}=${value}`);
}

/** The file of routes. The same plan gives the same text. */
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
        // A member that cannot be reached got nothing yet, so any request may go to another. One that broke off or is
        // just starting has nothing done: what has no body is asked again, until the store had time to restart whole.
        retry: {
          retry: {
            attempts: 30,
            initialInterval: "500ms",
            timeout: "15s",
            status: ["502", "503"],
            maxRequestBodyBytes: 0,
          },
        },
        // Traefik would ask for compression by itself, and then hand on an object that was stored compressed as another.
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
          // Members close what is idle for 30 s: a request must not meet that.
          forwardingTimeouts: { dialTimeout: "2s", idleConnTimeout: "20s" },
          ...(plan.storeTls ? { rootCAs: [CONTAINER_FILES.storeAuthority] } : {}),
        },
      },
    },
    ...(tls ? { tls: tlsConfiguration() } : {}),
  };
  return `${JSON.stringify(routes, null, 2)}\n`;
}

/** Requests that say which encodings they take go on as they are; for the others that is said. */
function routers(name: string, tls: boolean) {
  const common = { entryPoints: [name], service: name, ...(tls ? { tls: {} } : {}) };
  return {
    [name]: {
      ...common,
      rule: "HeaderRegexp(`Accept-Encoding`, `.`)",
      priority: 2,
      middlewares: ["retry"],
    },
    [`${name}-silent`]: { ...common, rule: "PathPrefix(`/`)", priority: 1, middlewares: ["asStored", "retry"] },
  };
}

/**
 * Requests go to members that see the store whole: one that has just started knows of some objects only. While no member
 * says so, they go to all that are alive: the store does not answer that question as long as it waits for a host that is
 * gone, and may well serve meanwhile.
 */
function services(name: string, plan: GatewayPlan, port: number) {
  return {
    [name]: { failover: { service: `${name}-ready`, fallback: `${name}-alive`, healthCheck: {} } },
    [`${name}-ready`]: { loadBalancer: balancer(plan, port, "/minio/health/cluster") },
    [`${name}-alive`]: { loadBalancer: balancer(plan, port, "/minio/health/live") },
  };
}

/** Every member by its name. One that is away has none, and is simply not healthy. */
function balancer({ members, storeTls }: GatewayPlan, port: number, path: string) {
  const scheme = storeTls ? "https" : "http";
  return {
    servers: members.map((member) => ({ url: `${scheme}://${member}:${port}` })),
    // The less busy of two: objects differ in size.
    strategy: "p2c",
    passHostHeader: true,
    serversTransport: "members",
    healthCheck: { path, port: API_PORT, interval: "3s", unhealthyInterval: "1s", timeout: "2s" },
  };
}

/** One certificate for every name, and for clients that give none. */
function tlsConfiguration() {
  const certificate = { certFile: CONTAINER_FILES.certificate, keyFile: CONTAINER_FILES.key };
  return {
    certificates: [certificate],
    stores: { default: { defaultCertificate: certificate } },
    options: { default: { minVersion: "VersionTLS12" } },
  };
}
