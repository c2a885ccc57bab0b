import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { validateGateway, type GatewaySettings } from "../../../../components/gateway/validation.ts";
import { DEFAULT_GATEWAY_IMAGE } from "../../../../components/gateway/image.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import { fakeHost } from "../../harness.ts";

const HOSTS = { b: fakeHost("b"), a: fakeHost("a") };
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n";

function lines(args: Partial<GatewaySettings>, serviceName = "gateway"): string[] {
  return validateGateway(args, serviceName, HOSTS).map((finding) => formatIssue("S3Gateway", finding));
}

describe("rejects, in one line each", () => {
  const cases: [Partial<GatewaySettings>, string][] = [
    [{ hosts: [] }, "hosts []: a gateway needs at least one host: leave hosts out for all"],
    [{ hosts: ["a", "a"] }, 'hosts "a": is listed twice: list each host once'],
    [{ hosts: ["c"] }, 'hosts "c": is not a host of the Swarm, which has a, b'],
    [{ port: 0 }, "port 0: must be a whole number from 1 to 65535"],
    [{ consolePort: 70000 }, "consolePort 70000: must be a whole number from 1 to 65535"],
    [{ consolePort: 80 }, "consolePort 80: is the same as port: give each its own"],
    [
      { consolePort: 443, tls: { certificate: CERTIFICATE, key: KEY } },
      "consolePort 443: is the same as port: give each its own",
    ],
    [
      { tls: { certificate: KEY, key: KEY } },
      `tls.certificate "${KEY.length} characters": must be PEM text with -----BEGIN CERTIFICATE-----: give the file's contents, not its name`,
    ],
    [
      { tls: { certificate: CERTIFICATE, key: "/etc/key.pem" } },
      'tls.key "12 characters": must be PEM text with -----BEGIN PRIVATE KEY-----: give the file\'s contents, not its name',
    ],
    [
      { image: "haproxy:latest" },
      `image "haproxy:latest": is tagged "latest", which changes with every release: give a release by tag and digest, such as ${DEFAULT_GATEWAY_IMAGE}`,
    ],
    [{ memoryLimitMiB: 32 }, "memoryLimitMiB 32: must be a whole number of at least 64 MiB"],
    [{ stopGraceSeconds: 0 }, "stopGraceSeconds 0: must be a whole number of at least 1 seconds"],
    [{ timeoutSeconds: 5 }, "timeoutSeconds 5: must be a whole number of at least 10 seconds"],
  ];
  test.each(cases)("%j", (args, line) => {
    expect(lines(args)).toEqual([`S3Gateway: ${line}`]);
  });

  test("a name that is not a DNS label", () => {
    expect(lines({}, "The Gateway")).toEqual([expect.stringContaining('serviceName "The Gateway": must be')]);
  });
});

test("accepts valid arguments", () => {
  const allowed: Partial<GatewaySettings>[] = [
    {},
    { hosts: ["a"], port: 443, consolePort: 80 },
    { image: DEFAULT_GATEWAY_IMAGE },
    { image: `sha256:${"a".repeat(64)}` },
    { image: "localhost:1/pulumi-swarm/haproxy:3.2.26-0123456789ab" },
    { tls: { certificate: `${CERTIFICATE}${CERTIFICATE}`, key: KEY } },
    { tls: { certificate: pulumi.output("later"), key: pulumi.secret("later") } },
  ];
  for (const args of allowed) expect(lines(args)).toEqual([]);
});
