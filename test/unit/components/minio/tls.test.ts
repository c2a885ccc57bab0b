import "reflect-metadata";
import { createPrivateKey, webcrypto, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { MinioService, type MinioServiceArgs } from "../../../../components/minio/minio-service.ts";
import type { MinioTls } from "../../../../components/minio/security/tls.ts";
import { isSignedBy, validateTls } from "../../../../components/minio/validation/tls.ts";
import { Certificate, type CertificateInputs } from "../../../../provider/state/certificate.ts";
import {
  type KeyPair,
  createAuthority,
  createServerCertificate,
  type ValidityPeriod,
} from "../../../../provider/state/x509.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, fakeNetwork, isSecret, runProgram, getValue } from "../../harness.ts";

const DAY = 24 * 60 * 60 * 1000;
const HOSTS = { a: fakeHost("a"), b: fakeHost("b") };
const NAMES = ["store", "10.0.0.1", "localhost", "store-a", "store-b"];
const ASKED: CertificateInputs = { authorityName: "test", names: NAMES, lifetimeDays: 365, renewBeforeDays: 30 };

async function issued(asked: Partial<CertificateInputs> = {}) {
  const { inputs } = await Certificate.check!({}, { ...ASKED, ...asked });
  return (await Certificate.create(inputs)).outs;
}

/** Creates an authority that another one signed. */
async function authorityOf(root: KeyPair, period: ValidityPeriod): Promise<KeyPair> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const der = createPrivateKey(root.key).export({ format: "der", type: "pkcs8" });
  const certificate = await x509.X509CertificateGenerator.create({
    ...{ subject: "CN=between", issuer: new x509.X509Certificate(root.certificate).subjectName, ...period, publicKey },
    signingKey: await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]),
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey)),
    format: "der",
    type: "pkcs8",
  });
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: key.export({ format: "pem", type: "pkcs8" }).toString(),
  };
}

describe("a certificate", () => {
  test("has its names and addresses, its authority's signature and its lifetime", async () => {
    const { certificate, key, authority, notAfter } = await issued();
    const [server, ca] = [new X509Certificate(certificate), new X509Certificate(authority)];
    expect(server.checkHost("store-a")).toBe("store-a");
    expect(server.checkHost("store-c")).toBeUndefined();
    expect(server.checkIP("10.0.0.1")).toBe("10.0.0.1");
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect([server.ca, ca.ca]).toEqual([false, true]);
    expect(key).toContain("BEGIN PRIVATE KEY");
    expect(Math.abs(new Date(server.validTo).getTime() - new Date(notAfter ?? "").getTime())).toBeLessThan(1000);
    expect(new Date(ca.validTo).getTime()).toBeGreaterThan(Date.now() + 3649 * DAY);
  });

  test("is replaced by one of the same authority when its names change", async () => {
    const first = await issued();
    const { inputs } = await Certificate.check!(first, { ...ASKED, names: ["store", "store-c"] });
    const { outs } = await Certificate.update!("id", first, inputs);
    expect(outs.authority).toBe(first.authority);
    expect(outs.generation).not.toBe(first.generation);
    expect(new X509Certificate(outs.certificate).verify(new X509Certificate(first.authority).publicKey)).toBe(true);
    expect(new X509Certificate(outs.certificate).checkHost("store-c")).toBe("store-c");
  });

  test("is renewed only when it is due", async () => {
    const first = await issued();
    const ends = (days: number) => ({ ...ASKED, notAfter: new Date(Date.now() + days * DAY).toISOString() });
    const young = ends(31);
    const settled = (await Certificate.check!(young, ASKED)).inputs;
    expect(settled).toEqual(young);
    expect(await Certificate.diff("id", { ...first, ...settled }, settled)).toEqual({ changes: false });
    const due = (await Certificate.check!(ends(29), ASKED)).inputs;
    expect(new Date(due.notAfter ?? "").getTime()).toBeGreaterThan(Date.now() + 364 * DAY);
    expect(await Certificate.diff("id", { ...first, ...ends(29) }, due)).toEqual({ changes: true });
  });

  test("gets a new authority if it would outlive the old one", async () => {
    const first = await issued();
    const { inputs } = await Certificate.check!(first, { ...ASKED, lifetimeDays: 3650 });
    const { outs } = await Certificate.update!("id", first, { ...inputs, notAfter: later(3700) });
    expect(outs.authority).not.toBe(first.authority);
    expect(new X509Certificate(outs.authority).ca).toBe(true);
  });

  const later = (days: number) => new Date(Date.now() + days * DAY).toISOString();

  test("stays the same when only the time of its renewal changes", async () => {
    const first = await issued();
    const { outs } = await Certificate.update!("id", first, { ...first, renewBeforeDays: 10 });
    expect(outs).toEqual({ ...first, renewBeforeDays: 10 });
  });
});

describe("validation", () => {
  const findings = (tls: MinioTls) => validateTls({ tls }, "store", HOSTS);
  const lines = (tls: MinioTls) => findings(tls).map(({ argument, problem }) => `${argument} ${problem}`);

  test.each([
    [{ lifetimeDays: 0 }, "tls.lifetimeDays must be a whole number of days from 1 to 3650"],
    [
      { lifetimeDays: 10, renewBeforeDays: 10 },
      "tls.renewBeforeDays must be a whole number of days below lifetimeDays 10",
    ],
    [{ names: ["https://s3.example.com"] }, "tls.names must be a name or an address"],
    [{ certificate: "x" }, "tls.key certificate, key and caCertificate belong together"],
    [{ certificate: "", key: "", caCertificate: "" }, "tls.certificate certificate, key and caCertificate belong"],
    [
      { certificate: "x", key: "y", caCertificate: "z", names: ["s3.example.com"] },
      "tls.names has no meaning with an existing certificate: leave it out",
    ],
    [{ certificate: "x", key: "y", caCertificate: "z" }, "tls.certificate is not a certificate"],
    [{ certificate: "x", key: "y", caCertificate: "z" }, "tls.key is not a private key"],
    [{ certificate: "x", key: "y", caCertificate: "z" }, "tls.caCertificate is not a certificate"],
  ] as [MinioTls, string][])("rejects %j", (tls, line) => {
    expect(lines(tls)).toContainEqual(expect.stringContaining(line));
    expect(JSON.stringify(findings(tls))).not.toContain('"y"');
  });

  test("rejects a key or names that do not match the certificate", async () => {
    const { certificate, key, authority: caCertificate } = await issued();
    const other = await issued({ names: ["store", "localhost", "store-a"] });
    expect(lines({ certificate, key, caCertificate })).toEqual([]);
    expect(lines({ certificate, key: pulumi.secret(key), caCertificate })).toEqual([]);
    expect(lines({ certificate, key: other.key, caCertificate })[0]).toContain(
      "tls.key does not belong to the certificate",
    );
    const unnamed = { certificate: other.certificate, key: other.key, caCertificate };
    expect(lines(unnamed)[0]).toContain("tls.certificate does not name store-b");
  });

  test("rejects an authority that did not sign the certificate", async () => {
    const { certificate, key } = await issued();
    const { authority: caCertificate } = await issued();
    const line =
      "tls.caCertificate signed neither the certificate nor one that follows it: give the authority that did";
    expect(lines({ certificate, key, caCertificate })).toEqual([line]);
    expect(lines({ certificate, key, caCertificate: pulumi.output(caCertificate) })).toEqual([]);
  });

  test("accepts a chain whose last certificate the authority signed", async () => {
    const period = { notBefore: new Date(), notAfter: new Date(Date.now() + DAY) };
    const root = await createAuthority("root", period);
    const between = await authorityOf(root, period);
    const other = await createAuthority("root", period);
    const { certificate } = await createServerCertificate(between, NAMES, period);
    const chain = certificate + between.certificate;
    expect(isSignedBy(chain, root.certificate)).toBe(true);
    expect(isSignedBy(chain, other.certificate + root.certificate)).toBe(true);
    expect(isSignedBy(certificate, between.certificate)).toBe(true);
    expect(isSignedBy(root.certificate, root.certificate)).toBe(true);
    expect(isSignedBy(certificate, root.certificate)).toBe(false);
    expect(isSignedBy(chain, other.certificate)).toBe(false);
  });

  test("accepts valid settings", () => {
    expect(findings({})).toEqual([]);
    expect(findings({ names: ["s3.example.com", "10.1.2.3", "*.s3.example.com"] })).toEqual([]);
  });
});

describe("wiring", () => {
  async function made(tls: MinioServiceArgs["tls"]) {
    const outputs = (type: string): Record<string, unknown> => {
      if (type.endsWith(":RootCredentials")) return { user: "root", password: "pw", generation: "g1" };
      if (type.endsWith(":Certificate")) return { authority: "CA", certificate: "CERT", key: "KEY", generation: "g2" };
      return {};
    };
    const program = () => {
      const swarm = new Swarm("swarm", { managers: [fakeHost("a"), fakeHost("b"), fakeHost("c")] });
      return new MinioService("store", { swarm, network: fakeNetwork("network-1"), tls });
    };
    const { value, resources } = await runProgram(program, { outputs });
    const spec = resources.find(({ type }) => type.endsWith(":Service"))?.inputs["spec"] as ServiceSpec;
    return { value, resources, container: spec.TaskTemplate.ContainerSpec };
  }

  test("uses https for peers, clients and outputs, and mounts the files where MinIO expects them", async () => {
    const { value, resources, container } = await made({ names: ["s3.example.com"] });
    expect(container.Args).toEqual(expect.arrayContaining(["--certs-dir", "/run/secrets/certs"]));
    expect(container.Args?.at(-1)).toBe("https://store-c:9000/drives/d2");
    expect(container.Secrets?.map(({ File }) => File.Name).toSorted()).toEqual([
      "certs/CAs/ca.crt",
      "certs/private.key",
      "certs/public.crt",
      "mc-host-config",
      "root-password",
      "root-user",
    ]);
    expect(await getValue(value.endpoint)).toBe("https://a.example:9000");
    expect(await getValue(value.caCertificate!)).toBe("CA");
    const aliases = resources.find(({ name }) => name === "store-mc-host-config");
    expect(Buffer.from(String(aliases?.inputs["data"]), "base64").toString()).toContain(
      "https://root:pw@localhost:9000",
    );
    const key = resources.find(({ name }) => name === "store-tls-key");
    expect(key?.secrets).toContain("data");
    const names = resources.find(({ name }) => name === "store-tls")?.inputs["names"] as string[];
    expect(names[0]).toBe("store");
    expect(names).toEqual(
      expect.arrayContaining(["127.0.0.1", "a.example", "10.0.0.1", "localhost", "s3.example.com", "store-b"]),
    );
  });

  test("sets nothing without tls", async () => {
    const { value, resources, container } = await made(undefined);
    expect(value.caCertificate).toBeUndefined();
    expect(container.Args).not.toContain("--certs-dir");
    expect(container.Env?.some((variable) => variable.startsWith("SSL_"))).toBe(false);
    expect(resources.filter(({ name }) => name.includes("tls"))).toEqual([]);
  });

  test("uses a given certificate, with its key as a secret", async () => {
    const { certificate, key, authority } = await issued({ names: [...NAMES, "store-c"] });
    const { value, resources } = await made({ certificate: pulumi.output(certificate), key, caCertificate: authority });
    expect(resources.some(({ type }) => type.endsWith(":Certificate"))).toBe(false);
    expect(await getValue(value.caCertificate!)).toBe(authority);
    expect(await isSecret(value.caCertificate!)).toBe(false);
    expect(resources.find(({ name }) => name === "store-tls-key")?.secrets).toContain("data");
  });
});
