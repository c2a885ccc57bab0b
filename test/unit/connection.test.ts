import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveLocalEngine, socketPath } from "../../components/engine/connection.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const resolve = (env: Record<string, string> = {}, platform: NodeJS.Platform = "linux") =>
  resolveLocalEngine({ env, home, platform });

function writeContext(name: string, host: string): void {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = join(home, ".docker", "contexts", "meta", id);
  const tls = join(home, ".docker", "contexts", "tls", id, "docker");
  mkdirSync(meta, { recursive: true });
  mkdirSync(tls, { recursive: true });
  writeFileSync(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  for (const file of ["ca", "cert", "key"]) writeFileSync(join(tls, `${file}.pem`), `the ${file}`);
}

test("the platform's socket, when nothing else is said", () => {
  expect(resolve()).toEqual({ host: "unix:///var/run/docker.sock" });
  expect(socketPath(resolve())).toBe("/var/run/docker.sock");
  expect(socketPath(resolve({}, "win32"))).toBe("//./pipe/docker_engine");
});

test("DOCKER_HOST before any context", () => {
  writeContext("far", "tcp://198.51.100.1:2376");
  expect(resolve({ DOCKER_HOST: "unix:///run/x.sock", DOCKER_CONTEXT: "far" })).toEqual({ host: "unix:///run/x.sock" });
});

test("a context with its certificates, named by the environment or by the CLI's configuration", () => {
  writeContext("far", "tcp://198.51.100.1:2376");
  const far = { host: "tcp://198.51.100.1:2376", ca: "the ca", cert: "the cert", key: "the key" };
  expect(resolve({ DOCKER_CONTEXT: "far" })).toEqual(far);
  writeFileSync(join(home, ".docker", "config.json"), JSON.stringify({ currentContext: "far" }));
  expect(resolve()).toEqual(far);
  expect(resolve({ DOCKER_CONTEXT: "default" })).toEqual({ host: "unix:///var/run/docker.sock" });
});

test("a context that is not there is refused by name", () => {
  expect(() => resolve({ DOCKER_CONTEXT: "gone" })).toThrow('docker context "gone" is not there');
});
