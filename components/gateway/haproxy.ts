import { API_PORT } from "../minio/layout/topology.ts";

/** Ports of the S3 API and the console in the container: above 1024, so that the process needs no privileges. */
export const S3_PORT = 8000;
export const CONSOLE_GATEWAY_PORT = 8001;

/** Paths of the files in the container. HAProxy finds the key by the certificate's path. */
export const CONTAINER_FILES = {
  configuration: "/etc/pulumi-swarm/gateway.cfg",
  certificate: "/run/secrets/certificate.pem",
  key: "/run/secrets/certificate.pem.key",
  storeAuthority: "/etc/pulumi-swarm/store-authority.pem",
} as const;

/** One process in the foreground: no master process, and so no socket for commands to it. */
export const HAPROXY_COMMAND: readonly string[] = ["haproxy", "-db", "-f", CONTAINER_FILES.configuration];

/** Signal at which HAProxy stops listening, finishes its requests and ends. */
export const STOP_SIGNAL = "SIGUSR1";

/** Answers while HAProxy runs. */
const LIVE_ADDRESS = "127.0.0.1:8082";
/** Answers while the store, reached through the gateway, has write quorum. */
const READY_ADDRESS = "127.0.0.1:8083";

/** Commands to run in the container. The image contains BusyBox. */
export const PROBE_COMMANDS = { live: probe(LIVE_ADDRESS), ready: probe(READY_ADDRESS) };

function probe(address: string): string[] {
  return ["busybox", "wget", "-q", "-T", "5", "-O", "/dev/null", `http://${address}/`];
}

/** The inputs of a gateway's configuration. */
export interface GatewayPlan {
  /** Names of the members on the network. */
  members: readonly string[];
  /** Whether clients use TLS. */
  tls: boolean;
  /** Whether the members use TLS. */
  storeTls: boolean;
  /** Port of the members' console. */
  storeConsolePort: number;
  /** Published port of the console. @default - the console is not published */
  consolePort?: number;
}

/** Seconds that a request waits for a member if none is alive, for example while the whole store restarts. */
const WAIT_SECONDS = 15;

/** A section of the configuration: its title line, and its other lines. */
type Section = readonly [title: string, ...lines: string[]];

/** Returns HAProxy's configuration. It is deterministic. */
export function haproxyConfiguration(plan: GatewayPlan): string {
  const sections: Section[] = [
    GLOBAL,
    RESOLVERS,
    DEFAULTS,
    frontend("s3", S3_PORT, plan),
    ...(plan.consolePort === undefined ? [] : [frontend("console", CONSOLE_GATEWAY_PORT, plan)]),
    ["frontend live", `bind ${LIVE_ADDRESS}`, "http-request return status 200"],
    ["frontend ready", `bind ${READY_ADDRESS}`, "http-request set-path /minio/health/cluster", ...routeTo("s3")],
    s3Backend("s3-ready", "/minio/health/cluster", plan),
    s3Backend("s3-alive", "/minio/health/live", plan),
    ...(plan.consolePort === undefined ? [] : ["ready", "alive"].map((state) => consoleBackend(state, plan))),
  ];
  return (
    sections.map(([title, ...lines]) => [title, ...lines.map((line) => `  ${line}`)].join("\n")).join("\n\n") + "\n"
  );
}

const GLOBAL: Section = [
  "global",
  // HAProxy reserves memory for all descriptors that it may open, and engines allow a million.
  "fd-hard-limit 50000",
  // Limits a request's URL and headers. MinIO allows 8 KiB of headers, but a signed URL can contain a session's token.
  "tune.bufsize 32768",
  // MinIO allows 2 KiB of metadata, in any number of headers.
  "tune.http.maxhdr 256",
];

const RESOLVERS: Section = [
  "resolvers docker",
  "nameserver docker 127.0.0.11:53",
  "accepted_payload_size 8192",
  "timeout resolve 1s",
  "timeout retry 1s",
  // A stopped member has no name, and another container may get its address.
  "hold nx 3s",
  "hold other 10s",
  "hold refused 10s",
];

const DEFAULTS: Section = [
  "defaults",
  "mode http",
  "timeout connect 2s",
  "timeout check 2s",
  "timeout http-request 10s",
  "timeout http-keep-alive 3m",
  // Limits the pauses within a request or response. Their total time is unlimited.
  "timeout client 1h",
  "timeout server 1h",
  "timeout tunnel 1h",
  // An unreachable member received nothing, so every request is retried with another member. After a broken connection
  // or a 502/503, only reads are retried: see `disable-l7-retry`.
  "retries 3",
  "option redispatch 1",
  "retry-on conn-failure empty-response 502 503",
  // Picks the less busy of two random members: objects differ in size.
  "balance random(2)",
  "default-server init-addr none resolvers docker resolve-prefer ipv4",
  // S3 clients expect XML.
  "http-error status 503 content-type application/xml string " +
    quote(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>ServiceUnavailable</Code>` +
        "<Message>The gateway reaches no member of the store.</Message></Error>",
    ),
];

function frontend(name: "s3" | "console", port: number, plan: GatewayPlan): Section {
  const scheme = plan.tls ? "https" : "http";
  return [
    `frontend ${name}`,
    // HTTP/1.1 only, like Amazon S3: all uploads on one HTTP/2 connection would share its flow control.
    `bind :${port}${plan.tls ? ` ssl crt ${CONTAINER_FILES.certificate} alpn http/1.1 ssl-min-ver TLSv1.2` : ""}`,
    // Replaces the client's own header, because MinIO policies can depend on the client's address.
    "http-request set-header X-Forwarded-For %[src]",
    `http-request set-header X-Forwarded-Proto ${scheme}`,
    "http-request disable-l7-retry unless { method GET HEAD }",
    ...Array.from({ length: WAIT_SECONDS }, () => "http-request pause 1s if { nbsrv(s3-alive) eq 0 }"),
    // A client that gets an error instead of "100 Continue" may not send the body, and uses the connection again.
    "http-request set-var(txn.expect) req.hdr(Expect)",
    "http-after-response set-header Connection close if { var(txn.expect) -m found } { status ge 300 }",
    ...(name === "s3" ? [consoleRedirect(scheme, plan)] : []),
    ...routeTo(name),
  ];
}

/**
 * Redirects browsers to this gateway's console, as MinIO does to its own. If the gateway publishes no console, replaces
 * MinIO's redirect with an error, because it would lead to another service or to nothing.
 */
function consoleRedirect(scheme: string, { storeConsolePort, consolePort }: GatewayPlan): string {
  if (consolePort !== undefined)
    return (
      `http-request redirect code 307 location ${scheme}://%[req.hdr(host),host_only]:${consolePort} ` +
      "if { method GET HEAD } { path / } { req.hdr(user-agent) -m sub Mozilla } !{ req.hdr(authorization) -m found }"
    );
  const location = `^https?://([^/]+):${storeConsolePort}(/.*)?$`;
  const text = "This gateway does not publish the console of the store.";
  return (
    `http-response return status 404 content-type text/plain string ${quote(text)} ` +
    `if { status 307 } { res.hdr(Location) -m reg ${quote(location)} }`
  );
}

/**
 * Sends requests to members that report a healthy cluster, because a member that just started knows only some of the
 * objects. If no member reports that, requests go to all live members: the cluster check hangs while the store waits
 * for a lost host, but the store can often still serve requests.
 */
function routeTo(name: "s3" | "console"): string[] {
  return [`use_backend ${name}-ready if { nbsrv(${name}-ready) gt 0 }`, `default_backend ${name}-alive`];
}

/**
 * A member without a DNS name on the network counts as down. One that refuses a connection is down until the next
 * check.
 */
function s3Backend(name: string, check: string, { members, storeTls }: GatewayPlan): Section {
  const checked = "check inter 3s fastinter 1s downinter 1s rise 1 fall 2 init-state down";
  const observed = "observe layer4 error-limit 1 on-error mark-down";
  return [
    `backend ${name}`,
    "option httpchk",
    // MinIO answers 400 without a host.
    `http-check send meth GET uri ${check} ver HTTP/1.1 hdr Host minio`,
    ...members.map((one) => `server ${one} ${one}:${API_PORT} ${checked} ${observed}${memberTls(one, storeTls)}`),
  ];
}

/** The console is served by the same process, so the S3 API's checks decide. */
function consoleBackend(state: string, { members, storeTls, storeConsolePort }: GatewayPlan): Section {
  const servers = members.map(
    (one) => `server ${one} ${one}:${storeConsolePort} track s3-${state}/${one}${memberTls(one, storeTls)}`,
  );
  return [`backend console-${state}`, ...servers];
}

function memberTls(member: string, storeTls: boolean): string {
  if (!storeTls) return "";
  return ` ssl ca-file ${CONTAINER_FILES.storeAuthority} verify required verifyhost ${member} sni str(${member})`;
}

/** Quotes a text without single quotes and line breaks. HAProxy expands nothing within single quotes. */
function quote(text: string): string {
  return `'${text}'`;
}
