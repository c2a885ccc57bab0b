import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveLocalEngine, socketPath } from "../../../engine/connection.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const resolve = (env: Record<string, string> = {}, platform: NodeJS.Platform = "linux") =>
  resolveLocalEngine({ env, home, platform });

/** Returns the folder of a context's certificates. */
function contextCertificates(name: string): string {
  const id = createHash("sha256").update(name).digest("hex");
  return join(home, ".docker", "contexts", "tls", id, "docker");
}

function writeContext(name: string, host: string): void {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = join(home, ".docker", "contexts", "meta", id);
  const tls = contextCertificates(name);
  mkdirSync(meta, { recursive: true });
  mkdirSync(tls, { recursive: true });
  writeFileSync(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  for (const file of ["ca", "cert", "key"]) writeFileSync(join(tls, `${file}.pem`), `the ${file}`);
}

test("defaults to the platform's socket", () => {
  expect(resolve()).toEqual({ host: "unix:///var/run/docker.sock" });
  expect(socketPath(resolve())).toBe("/var/run/docker.sock");
  expect(socketPath(resolve({}, "win32"))).toBe("//./pipe/docker_engine");
});

test("prefers DOCKER_HOST to a context", () => {
  writeContext("far", "tcp://198.51.100.1:2376");
  expect(resolve({ DOCKER_HOST: "unix:///run/x.sock", DOCKER_CONTEXT: "far" })).toEqual({ host: "unix:///run/x.sock" });
});

test("reads a context and its certificates, from DOCKER_CONTEXT or the CLI's configuration", () => {
  writeContext("far", "tcp://198.51.100.1:2376");
  const far = { host: "tcp://198.51.100.1:2376", ca: "the ca", cert: "the cert", key: "the key" };
  expect(resolve({ DOCKER_CONTEXT: "far" })).toEqual(far);
  writeFileSync(join(home, ".docker", "config.json"), JSON.stringify({ currentContext: "far" }));
  expect(resolve()).toEqual(far);
  expect(resolve({ DOCKER_CONTEXT: "default" })).toEqual({ host: "unix:///var/run/docker.sock" });
});

describe("requested TLS", () => {
  const REMOTE = { DOCKER_HOST: "tcp://198.51.100.1:2376" };
  const folderWith = (...files: string[]) => {
    const folder = join(home, "certs");
    mkdirSync(folder, { recursive: true });
    for (const file of files) writeFileSync(join(folder, `${file}.pem`), `the ${file}`);
    return folder;
  };

  test.each([
    ["all of it", ["ca", "cert", "key"], { ca: "the ca", cert: "the cert", key: "the key" }],
    ["an authority alone", ["ca"], { ca: "the ca" }],
  ])("comes from the folder of certificates: %s", (_what, files, material) => {
    const folder = folderWith(...files);
    const expected = { host: REMOTE.DOCKER_HOST, ...material };
    expect(resolve({ ...REMOTE, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folder })).toEqual(expected);
    expect(resolve({ ...REMOTE, DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG: folder })).toEqual(expected);
    expect(resolve({ ...REMOTE, DOCKER_CERT_PATH: folder })).toEqual(expected);
    expect(resolve({ ...REMOTE, DOCKER_TLS: "1", DOCKER_CERT_PATH: folder })).toEqual(expected);
  });

  test.each([
    ["DOCKER_TLS_VERIFY", [], "ca.pem"],
    ["DOCKER_TLS_VERIFY", ["cert", "key"], "ca.pem"],
    ["DOCKER_TLS_VERIFY", ["ca", "cert"], "key.pem"],
    ["DOCKER_TLS", ["ca", "key"], "cert.pem"],
  ])("is refused when %s is set and there is only %j", (variable, files, missing) => {
    const folder = folderWith(...files);
    expect(() => resolve({ ...REMOTE, [variable]: "1", DOCKER_CONFIG: folder })).toThrow(
      `${variable} "1": asks for TLS, but there is no ${join(folder, missing)}: put it there, or`,
    );
  });

  test.each([
    ["key", "key.pem"],
    ["ca", "ca.pem"],
  ])("by a context is refused without its %s", (file, missing) => {
    writeContext("far", "tcp://198.51.100.1:2376");
    rmSync(join(contextCertificates("far"), `${file}.pem`));
    expect(() => resolve({ DOCKER_CONTEXT: "far" })).toThrow(
      new RegExp(`DOCKER_CONTEXT "far": asks for TLS, but there is no .*${missing}`),
    );
  });

  test("by a context with an authority alone is kept", () => {
    writeContext("far", "tcp://198.51.100.1:2376");
    const folder = contextCertificates("far");
    for (const file of ["cert", "key"]) rmSync(join(folder, `${file}.pem`));
    expect(resolve({ DOCKER_CONTEXT: "far" })).toEqual({ host: "tcp://198.51.100.1:2376", ca: "the ca" });
  });

  test("by a folder that does not exist is refused, with and without DOCKER_TLS_VERIFY", () => {
    const missing = 'DOCKER_CERT_PATH "/nowhere": asks for TLS, but there is no /nowhere/ca.pem';
    expect(() => resolve({ ...REMOTE, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/nowhere" })).toThrow(missing);
    expect(() => resolve({ ...REMOTE, DOCKER_CERT_PATH: "/nowhere" })).toThrow(missing);
    const engine = "tcp://198.51.100.2:2376";
    const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/nowhere" };
    expect(() => resolveLocalEngine({ env, home, platform: "linux" }, engine)).toThrow(missing);
  });

  test("is ignored for a socket, for ssh, and for a context with its own certificates", () => {
    const asked = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/nowhere" };
    expect(resolve({ ...asked, DOCKER_HOST: "unix:///run/x.sock" })).toEqual({ host: "unix:///run/x.sock" });
    expect(resolve({ ...asked, DOCKER_HOST: "ssh://far" })).toEqual({ host: "ssh://far" });
    writeContext("far", "tcp://198.51.100.1:2376");
    expect(resolve({ ...asked, DOCKER_CONTEXT: "far" })).toMatchObject({ ca: "the ca" });
  });

  test("by a variable applies to a context without certificates", () => {
    writeContext("far", "tcp://198.51.100.1:2376");
    rmSync(join(home, ".docker", "contexts", "tls"), { recursive: true });
    expect(resolve({ DOCKER_CONTEXT: "far" })).toEqual({ host: "tcp://198.51.100.1:2376" });
    const asked = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folderWith("ca") };
    expect(resolve({ ...asked, DOCKER_CONTEXT: "far" })).toMatchObject({ ca: "the ca" });
  });
});

test("rejects a context that does not exist, by name", () => {
  expect(() => resolve({ DOCKER_CONTEXT: "gone" })).toThrow('docker context "gone" does not exist');
});
