import { describe, expect, test } from "vitest";
import { type GatewayPlan, haproxyConfiguration } from "../../../../components/gateway/haproxy.ts";

const PLAN: GatewayPlan = { members: ["store-a", "store-b"], tls: false, storeTls: false, storeConsolePort: 9001 };

/** Returns the lines of one section. */
function section(title: string, plan: Partial<GatewayPlan> = {}): string[] {
  const sections = haproxyConfiguration({ ...PLAN, ...plan }).split("\n\n");
  const lines = sections.map((text) => text.trimEnd().split("\n")).find(([first]) => first === title) ?? [];
  return lines.slice(1).map((line) => line.trim());
}

function titles(plan: Partial<GatewayPlan> = {}): string[] {
  const configuration = haproxyConfiguration({ ...PLAN, ...plan });
  return configuration.split("\n").filter((line) => line !== "" && !line.startsWith(" "));
}

describe("sections", () => {
  const common = ["global", "resolvers docker", "defaults", "frontend s3"];
  const rest = ["frontend live", "frontend ready", "backend s3-ready", "backend s3-alive"];
  const cases: [string, Partial<GatewayPlan>, string[]][] = [
    ["of S3 only", {}, [...common, ...rest]],
    [
      "with a console",
      { consolePort: 8081 },
      [...common, "frontend console", ...rest, "backend console-ready", "backend console-alive"],
    ],
  ];
  test.each(cases)("%s", (_name, plan, wanted) => {
    expect(titles(plan)).toEqual(wanted);
  });

  test("contain no socket for commands and no page of statistics", () => {
    expect(haproxyConfiguration({ ...PLAN, consolePort: 8081 })).not.toMatch(/stats|socket|master/);
  });
});

describe("clients", () => {
  const cases: [string, string, Partial<GatewayPlan>, string][] = [
    ["S3 over HTTP", "frontend s3", {}, "bind :8000"],
    [
      "S3 over TLS",
      "frontend s3",
      { tls: true },
      "bind :8000 ssl crt /run/secrets/certificate.pem alpn http/1.1 ssl-min-ver TLSv1.2",
    ],
    ["the console over HTTP", "frontend console", { consolePort: 8081 }, "bind :8001"],
    [
      "the console over TLS",
      "frontend console",
      { consolePort: 8081, tls: true },
      "bind :8001 ssl crt /run/secrets/certificate.pem alpn http/1.1 ssl-min-ver TLSv1.2",
    ],
    ["their addresses", "frontend s3", {}, "http-request set-header X-Forwarded-For %[src]"],
    ["their scheme over HTTP", "frontend s3", {}, "http-request set-header X-Forwarded-Proto http"],
    ["their scheme over TLS", "frontend s3", { tls: true }, "http-request set-header X-Forwarded-Proto https"],
    ["writes, which are not repeated", "frontend s3", {}, "http-request disable-l7-retry unless { method GET HEAD }"],
    ["the check of Docker", "frontend live", {}, "bind 127.0.0.1:8082"],
    ["the check of the store", "frontend ready", {}, "http-request set-path /minio/health/cluster"],
  ];
  test.each(cases)("%s", (_name, title, plan, line) => {
    expect(section(title, plan)).toContain(line);
  });

  test("go to members that report a healthy cluster, or else to those that are alive", () => {
    for (const [title, name] of [
      ["frontend s3", "s3"],
      ["frontend console", "console"],
      ["frontend ready", "s3"],
    ] as const) {
      expect(section(title, { consolePort: 8081 }).slice(-2)).toEqual([
        `use_backend ${name}-ready if { nbsrv(${name}-ready) gt 0 }`,
        `default_backend ${name}-alive`,
      ]);
    }
  });

  test("wait 15 s for a member, but probes do not", () => {
    const waits = (title: string) => section(title).filter((line) => line.startsWith("http-request pause 1s if"));
    expect(waits("frontend s3")).toHaveLength(15);
    expect(waits("frontend ready")).toEqual([]);
  });
});

describe("a browser's redirect to the console", () => {
  const OF_BROWSERS =
    "if { method GET HEAD } { path / } { req.hdr(user-agent) -m sub Mozilla } !{ req.hdr(authorization) -m found }";
  const redirect = (plan: Partial<GatewayPlan>) =>
    section("frontend s3", plan).find((line) => /redirect|Location/.test(line));
  const cases: [string, Partial<GatewayPlan>, string][] = [
    [
      "leads to the gateway's console",
      { consolePort: 8081 },
      `http-request redirect code 307 location http://%[req.hdr(host),host_only]:8081 ${OF_BROWSERS}`,
    ],
    [
      "uses TLS as the gateway does",
      { consolePort: 443, tls: true, storeConsolePort: 9101 },
      `http-request redirect code 307 location https://%[req.hdr(host),host_only]:443 ${OF_BROWSERS}`,
    ],
    [
      "is an error without a console",
      {},
      "http-response return status 404 content-type text/plain string " +
        "'This gateway does not publish the console of the store.' " +
        "if { status 307 } { res.hdr(Location) -m reg '^https?://([^/]+):9001(/.*)?$' }",
    ],
  ];
  test.each(cases)("%s", (_name, plan, line) => {
    expect(redirect(plan)).toBe(line);
  });
});

describe("members", () => {
  const servers = (title: string, plan: Partial<GatewayPlan> = {}) =>
    section(title, plan).filter((line) => line.startsWith("server "));

  test("are all checked by name", () => {
    const request = (path: string) => `http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host minio`;
    expect(section("backend s3-ready")).toContain(request("/minio/health/cluster"));
    expect(section("backend s3-alive")).toContain(request("/minio/health/live"));
    for (const title of ["backend s3-ready", "backend s3-alive"]) {
      expect(servers(title).map((line) => line.split(" ").slice(1, 4))).toEqual([
        ["store-a", "store-a:9000", "check"],
        ["store-b", "store-b:9000", "check"],
      ]);
    }
  });

  test("serve the console while their S3 API passes its checks", () => {
    expect(servers("backend console-alive", { consolePort: 8081, storeConsolePort: 9101 })).toEqual([
      "server store-a store-a:9101 track s3-alive/store-a",
      "server store-b store-b:9101 track s3-alive/store-b",
    ]);
  });

  test("prove their name with a certificate of the store's authority", () => {
    for (const title of ["backend s3-ready", "backend s3-alive", "backend console-ready", "backend console-alive"]) {
      for (const line of servers(title, { consolePort: 8081, storeTls: true })) {
        const name = line.split(" ")[1];
        expect(line).toContain(
          ` ssl ca-file /etc/pulumi-swarm/store-authority.pem verify required verifyhost ${name} sni str(${name})`,
        );
      }
      for (const line of servers(title, { consolePort: 8081 })) expect(line).not.toContain("ssl");
    }
  });
});
