import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { EngineConnection } from "../../../engine/engine-connection.ts";
import { isUnencryptedRemote } from "../../../engine/tls.ts";
import { send } from "../../../engine/transport.ts";
import { validateEngineTls, type EngineTls } from "../../../components/hosts/engine-tls.ts";
import { Host } from "../../../components/index.ts";
import { validateConnection } from "../../../provider/hosts/connection-validation.ts";
import { Machine } from "../../../provider/hosts/machine.ts";
import { HostInspection } from "../../../provider/hosts/host-inspection.ts";
import { type KeyPair, createAuthority, createServerCertificate } from "../../../provider/state/x509.ts";
import { formatIssue } from "../../../core/input-validation-error.ts";
import { dockerConfig, tlsMaterial } from "../../../components/swarm/docker-provider.ts";
import { fakeHost, getErrorMessage, runProgram } from "../harness.ts";

const period = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
let authority: KeyPair;
let server: KeyPair;
beforeAll(async () => {
  authority = await createAuthority("engines", period);
  server = await createServerCertificate(authority, ["127.0.0.1"], period);
});
afterEach(() => void vi.unstubAllEnvs());

describe("a request to an engine", () => {
  /** Returns the answer of an engine with TLS, or the error of the request. */
  async function answer(options: ServerOptions, tls: Omit<EngineConnection, "host">): Promise<string> {
    const engine = createServer({ cert: server.certificate, key: server.key, ...options });
    engine.on("request", (_request: IncomingMessage, response) => response.end("in TLS"));
    engine.listen(0, "127.0.0.1");
    await once(engine, "listening");
    const host = `tcp://127.0.0.1:${(engine.address() as AddressInfo).port}`;
    try {
      return await send({ host, ...tls }, "GET", "/info").then(String, (error: Error) => error.message);
    } finally {
      engine.closeAllConnections();
      engine.close();
    }
  }

  test("uses TLS with only an authority", async () => {
    expect(await answer({}, { ca: authority.certificate })).toBe("in TLS");
  });

  test("presents a client certificate if there is one", async () => {
    const client = await createServerCertificate(authority, ["client"], period);
    const mutual = { ca: authority.certificate, requestCert: true };
    const own = { ca: authority.certificate, cert: client.certificate, key: client.key };
    expect(await answer({ ...mutual, rejectUnauthorized: false }, own)).toBe("in TLS");
    expect(await answer(mutual, { ca: authority.certificate })).not.toBe("in TLS");
  });

  test("rejects another engine's certificate in any environment", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const other = await createAuthority("engines", period);
    expect(await answer({}, { ca: other.certificate })).toMatch(/does not answer: .*certificate/);
  });
});

test.each<[string, boolean]>([
  ["unix:///run/docker.sock", false],
  ["ssh://far", false],
  ["tcp://127.0.0.1:2375", false],
  ["tcp://127.8.8.8:2375", false],
  ["tcp://[::1]:2375", false],
  ["tcp://localhost:2375", false],
  ["tcp://10.0.0.1:2375", true],
  ["tcp://[2001:db8::1]:2375", true],
  ["tcp://127.evil.example:2375", true],
  ["tcp://localhost.evil.example", true],
  ["tcp://docker", true],
])("%s sends plain text over a network: %s", (host, isPlain) => expect(isUnencryptedRemote(host)).toBe(isPlain));

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n";
const TCP = "tcp://192.0.2.1:2376";

test.each<[string, object | undefined, string | undefined]>([
  ["unix:///run/docker.sock", undefined, undefined],
  [TCP, { ca: CERTIFICATE }, undefined],
  [TCP, { ca: CERTIFICATE, cert: CERTIFICATE, key: KEY }, undefined],
  [TCP, undefined, `engine "${TCP}": has no TLS, so anyone on the network path can become root`],
  ["unix:///run/docker.sock", { ca: CERTIFICATE }, 'tls ["ca"]: is for tcp:// engines'],
  [TCP, {}, "tls.ca (not given): give the certificate of the authority"],
  [TCP, { ca: CERTIFICATE, cert: CERTIFICATE }, "tls.key (not given): give the private key of tls.cert"],
  [TCP, { ca: CERTIFICATE, key: KEY }, "tls.cert (not given): give the certificate that tls.key belongs to"],
  [TCP, { ca: "/certs/ca.pem" }, 'tls.ca "/certs/ca.pem": must be the text of a PEM file, not its path'],
  [
    TCP,
    { ca: CERTIFICATE, cert: CERTIFICATE, key: "s3cret" },
    'tls.key "[hidden]": must be the text of a PEM file, not its path: "-----BEGIN PRIVATE KEY-----…"',
  ],
])("an engine at %s with %j: %s", (host, tls, line) => {
  const lines = validateEngineTls({ host }, tls as EngineTls | undefined, false).map((one) => formatIssue("it", one));
  expect(lines).toEqual(line === undefined ? [] : [expect.stringContaining(`it: ${line}`)]);
});

test("connects to a remote engine without TLS only if allowed", async () => {
  const engine = "tcp://192.0.2.1:2375";
  expect(await getErrorMessage(() => new Host("far", { engine, hostname: "far" }))).toContain(`engine "${engine}"`);
  const { resources } = await runProgram(() => new Host("far", { engine, hostname: "far", allowPlainTcp: true }));
  expect(resources.find(({ name }) => name === "far-machine")!.inputs).toMatchObject({ connection: { host: engine } });
});

test("passes a host's certificates to its engine, the key as a secret", async () => {
  const tls = { ca: CERTIFICATE, cert: CERTIFICATE, key: KEY };
  const { resources } = await runProgram(() => new Host("far", { engine: TCP, hostname: "far", tls }));
  const machine = resources.find(({ name }) => name === "far-machine")!;
  expect(machine.inputs["connection"]).toEqual({ host: TCP, ...tls });
  expect(machine.secrets).toContain("connection");
});

test("uses the environment's TLS settings for an engine given by address", async () => {
  vi.stubEnv("DOCKER_TLS_VERIFY", "1");
  vi.stubEnv("DOCKER_CERT_PATH", "/nowhere/certs");
  expect(await getErrorMessage(() => new Host("far", { engine: TCP, hostname: "far" }))).toContain(
    'DOCKER_CERT_PATH "/nowhere/certs": asks for TLS, but there is no /nowhere/certs/ca.pem',
  );
});

describe("the docker plugin", () => {
  test("gets the certificates for TLS and for the check of the engine", () => {
    expect(tlsMaterial({ host: "unix:///run/docker.sock" })).toEqual({ ca: "", cert: "", key: "" });
    expect(tlsMaterial({ host: TCP, ca: "a", cert: "b", key: "c" })).toEqual({ ca: "a", cert: "b", key: "c" });
    const withoutClient = tlsMaterial({ host: TCP, ca: "a" });
    expect(withoutClient).toMatchObject({ ca: "a", cert: expect.stringMatching(/^-----BEGIN CERTIFICATE/) });
    expect(withoutClient.key).toMatch(/^-----BEGIN PRIVATE KEY/);
    expect(() => tlsMaterial({ host: TCP, cert: "b", key: "c" })).toThrow(`${TCP} uses TLS: give its \`ca\` as well`);
  });

  test("gets no context and no folder of certificates in any environment", async () => {
    const { value } = await runProgram(() => dockerConfig("swarm-docker", [fakeHost("a")]));
    expect(value).toMatchObject({ context: "", certPath: "" });
  });
});

describe("values known only during the run", () => {
  test.each<[EngineConnection, string | undefined]>([
    [{ host: "ssh://root@192.0.2.1" }, undefined],
    [{ host: TCP, ca: CERTIFICATE }, undefined],
    [{ host: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }, undefined],
    [{ host: TCP, ca: CERTIFICATE, cert: CERTIFICATE }, 'host "a": tls.key (not given)'],
    [{ host: "ssh://root$(id)@192.0.2.1" }, 'host "a": engine "ssh://root$(id)@192.0.2.1": must be'],
    [{ host: "tcp://`id`:2376", ca: CERTIFICATE }, 'host "a": engine "tcp://`id`:2376": must be'],
    [{ host: "http://192.0.2.1" }, 'host "a": engine "http://192.0.2.1": must be'],
  ])("rejects %j with %s", (connection, line) => {
    const reasons = validateConnection({ key: "a", connection, hostname: "a", timeoutSeconds: 1 }).map(
      ({ reason }) => reason,
    );
    expect(reasons).toEqual(line === undefined ? [] : [expect.stringContaining(line)]);
  });

  const machine = { key: "a", connection: { host: "http://a" }, hostname: "a", timeoutSeconds: 1, drives: {} };

  test("is checked by Machine", async () => {
    expect((await Machine.check!({}, machine)).failures).toHaveLength(1);
  });

  test("is checked by HostInspection, for each host", async () => {
    const hosts = {
      a: machine,
      b: { ...machine, key: "b", hostname: "b" },
      c: { ...machine, connection: { host: "ssh://c" } },
    };
    expect((await HostInspection.check!({}, { hosts })).failures.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('host "a": engine "http://a"'),
      expect.stringContaining('host "b": engine "http://a"'),
    ]);
  });
});
