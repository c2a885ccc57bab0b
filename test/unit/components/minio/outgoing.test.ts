import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { MinioService, type MinioServiceArgs } from "../../../../components/minio/minio-service.ts";
import { validateCaCertificates } from "../../../../components/minio/security/ca-certificates.ts";
import { noProxyEnvironment, validateProxies } from "../../../../components/minio/spec/proxies.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, fakeNetwork, getValue, runProgram } from "../../harness.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";

type OutgoingArgs = Partial<Pick<MinioServiceArgs, "caCertificates" | "environment" | "secretEnvironment" | "tls">>;

const store = (args: OutgoingArgs) => () => {
  const swarm = new Swarm("swarm", { managers: [fakeHost("a"), fakeHost("b"), fakeHost("c")] });
  return new MinioService("store", { swarm, network: fakeNetwork("n"), ...args });
};

async function containerOf(args: OutgoingArgs) {
  const { resources } = await runProgram(store(args), { preview: true });
  const { inputs } = resources.find(({ name }) => name === "store-main")!;
  const { Env = [], Configs = [] } = (inputs["spec"] as ServiceSpec).TaskTemplate.ContainerSpec;
  const config = resources.find(({ name }) => name === "store-ca-certificates");
  const data = config && Buffer.from(String(config.inputs["data"]), "base64").toString();
  const value = (name: string) => Env.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1);
  return { value, data, files: Configs.map(({ File }) => File.Name) };
}

describe("further authorities", () => {
  test.each([
    ["none", undefined, []],
    ["a certificate", [CERTIFICATE], []],
    ["a certificate that is not known yet", [pulumi.output("x")], []],
    ["a key", [CERTIFICATE, KEY], ["caCertificates[1]"]],
    ["a file name", ["ca.pem"], ["caCertificates[0]"]],
    ["two certificates in one", [CERTIFICATE + CERTIFICATE], ["caCertificates[0]"]],
  ])("validates %s", (_what, caCertificates, wrong) => {
    expect(validateCaCertificates({ caCertificates }).map(({ argument }) => argument)).toEqual(wrong);
  });

  test("does not show a key that was given by mistake", () => {
    expect(JSON.stringify(validateCaCertificates({ caCertificates: [KEY] }))).not.toContain("MIIB");
  });

  const SYSTEM = "/etc/ssl/certs:/etc/pki/tls/certs";
  test.each<[string, OutgoingArgs, string]>([
    ["without TLS", {}, `/etc/pulumi-swarm/ca-certificates:${SYSTEM}`],
    ["with TLS", { tls: {} }, `/etc/pulumi-swarm/ca-certificates:/run/secrets/certs/CAs:${SYSTEM}`],
  ])("are a file in a folder that MinIO reads, %s", async (_when, args, folders) => {
    const { value, data, files } = await containerOf({ caCertificates: [CERTIFICATE.trim(), CERTIFICATE], ...args });
    expect(data).toBe(CERTIFICATE + CERTIFICATE);
    expect(files).toEqual(["/etc/pulumi-swarm/ca-certificates/ca-certificates.crt"]);
    expect(value("SSL_CERT_DIR")).toBe(folders);
  });

  test("leave no trace if there are none", async () => {
    for (const caCertificates of [undefined, []]) {
      expect(await containerOf({ caCertificates })).toMatchObject({ data: undefined, files: [] });
    }
  });
});

describe("proxies", () => {
  test.each([
    ["http://proxy.example:3128", undefined],
    ["socks5://proxy.example", undefined],
    ["", undefined],
    ["proxy.example:3128", 'environment.HTTPS_PROXY "proxy.example:3128"'],
    ["ftp://proxy.example", 'environment.HTTPS_PROXY "ftp://proxy.example"'],
    ["http://user:s3cret@proxy.example", 'environment.HTTPS_PROXY "(secret)"'],
  ])("validates %s", (value, about) => {
    const issues = validateProxies({ HTTPS_PROXY: value }).map(
      ({ argument, value }) => `${argument} "${String(value)}"`,
    );
    expect(issues).toEqual(about === undefined ? [] : [about]);
  });

  const own = "store,store-a,store-b,store-c";
  test.each<[string, Parameters<typeof noProxyEnvironment>[0], string | undefined]>([
    ["no proxy", { environment: { NO_PROXY: "x" } }, undefined],
    ["a proxy", { environment: { HTTP_PROXY: "http://p" } }, own],
    [
      "a proxy, and other names",
      { environment: { HTTPS_PROXY: "http://p", NO_PROXY: ".example,10.0.0.0/8" } },
      `.example,10.0.0.0/8,${own}`,
    ],
    ["a proxy with a password", { secretEnvironment: { HTTPS_PROXY: "http://u:p@p" } }, own],
  ])("members reach each other directly: %s", async (_what, args, wanted) => {
    const hosts = ["a", "b", "c"].map((key) => fakeHost(key));
    const { NO_PROXY } = noProxyEnvironment(args, { serviceName: "store", hosts });
    expect(await getValue(pulumi.output(NO_PROXY))).toBe(wanted);
  });

  test("reach the container", async () => {
    const { value } = await containerOf({ environment: { HTTPS_PROXY: "http://proxy.example:3128" } });
    expect(value("HTTPS_PROXY")).toBe("http://proxy.example:3128");
    expect(value("NO_PROXY")).toBe(own);
  });
});
