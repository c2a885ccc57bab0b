import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeRegistryAuth, findRegistryLogin, imageRegistry } from "../../../engine/registry-login.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

test.each([
  ["caddy:2", "docker.io"],
  ["pgsty/silo:1", "docker.io"],
  ["docker.io/library/caddy:2", "docker.io"],
  ["index.docker.io/library/caddy:2", "docker.io"],
  ["localhost/app", "localhost"],
  ["registry.example/team/app:1", "registry.example"],
  [`registry.example:5000/app@${DIGEST}`, "registry.example:5000"],
  ["[2001:db8::1]:5000/app", "[2001:db8::1]:5000"],
  [DIGEST, undefined],
])("the registry of %s is %s", (image, registry) => {
  expect(imageRegistry(image)).toBe(registry);
});

test("encodes a login for the Engine, with the server that it is for", () => {
  const decoded = (registry: string) =>
    JSON.parse(
      Buffer.from(encodeRegistryAuth(registry, { username: "ü", password: "p/?>" }), "base64url").toString(),
    ) as unknown;
  expect(decoded("registry.example")).toEqual({ username: "ü", password: "p/?>", serveraddress: "registry.example" });
  expect(encodeRegistryAuth("localhost", { username: "ü", password: "~~~?>" })).toMatch(/^[\w-]+={1,2}$/);
  expect(decoded("docker.io")).toMatchObject({ serveraddress: "https://index.docker.io/v1/" });
});

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Writes Docker's configuration and returns the file's path. */
function configure(config: object | string, folder = join(home, ".docker")): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "config.json");
  writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config));
  return file;
}

/** Installs a credential helper. It appends what it is asked for to a file. */
function installHelper(name: string, script: string): void {
  const path = join(home, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\n{ echo "$@"; cat; echo; } >> ${join(home, "asked")}\n${script}\n`);
  chmodSync(path, 0o755);
}

const find = (registry = "registry.example", env: Record<string, string> = {}) =>
  findRegistryLogin(registry, { env: { PATH: `${home}:/usr/bin:/bin`, ...env }, home, platform: "linux" });

const basic = (text: string) => ({ auth: Buffer.from(text).toString("base64") });

test.each([
  [
    "as docker login writes it",
    { "registry.example": basic("bob:pass:word") },
    { username: "bob", password: "pass:word" },
  ],
  ["under a URL", { "https://registry.example/v1/": basic("bob:x") }, { username: "bob", password: "x" }],
  ["as two fields", { "registry.example": { username: "bob", password: "x" } }, { username: "bob", password: "x" }],
  ["as an identity token", { "registry.example": { ...basic("bob:"), identitytoken: "t" } }, { identitytoken: "t" }],
  ["as an access token", { "registry.example": { registrytoken: "t" } }, { registrytoken: "t" }],
  ["of another registry", { "registry.example:5000": basic("bob:x") }, undefined],
  ["left empty for a credential store", { "registry.example": {} }, undefined],
])("finds a login %s", async (_form, auths, login) => {
  const file = configure({ auths });
  expect(await find()).toEqual(login && { login, source: file });
});

test("finds the login of Docker Hub, and reads the folder of DOCKER_CONFIG", async () => {
  const folder = join(home, "elsewhere");
  configure({ auths: { "https://index.docker.io/v1/": basic("bob:x") } }, folder);
  expect(await find("docker.io")).toBeUndefined();
  const found = await find("docker.io", { DOCKER_CONFIG: folder });
  expect(found).toEqual({ login: { username: "bob", password: "x" }, source: join(folder, "config.json") });
});

test("asks the registry's helper before the store and the file, with the server on standard input only", async () => {
  installHelper("one", `echo '{"ServerURL":"registry.example","Username":"bob","Secret":"x"}'`);
  installHelper("other", "exit 1");
  const config = { credsStore: "other", credHelpers: { "registry.example": "one" } };
  const file = configure({ ...config, auths: { "registry.example": basic("old:old") } });
  expect(await find()).toEqual({
    login: { username: "bob", password: "x" },
    source: `docker-credential-one, named in ${file}`,
  });
  expect(readFileSync(join(home, "asked"), "utf8")).toBe("get\nregistry.example\n");
});

test("takes an identity token from a store", async () => {
  installHelper("store", `echo '{"Username":"<token>","Secret":"t"}'`);
  configure({ credsStore: "store" });
  expect(await find("docker.io")).toMatchObject({ login: { identitytoken: "t" } });
});

test("uses the file if the store has no login", async () => {
  installHelper("store", "echo credentials not found in native keychain; exit 1");
  configure({ credsStore: "store", auths: { "registry.example": basic("bob:x") } });
  expect(await find()).toMatchObject({ login: { username: "bob", password: "x" } });
});

test("finds nothing without a configuration", async () => {
  expect(await find()).toBeUndefined();
});

test.each([
  [
    "fails",
    "store",
    "echo the keychain is locked; exit 1",
    "docker-credential-store, which it names, fails: the keychain is locked",
  ],
  [
    "prints something else",
    "store",
    "echo bob:secret",
    "docker-credential-store, which it names, fails: its output is not JSON",
  ],
  [
    "does not exist",
    "desktop.exe",
    undefined,
    "docker-credential-desktop.exe, which it names, fails: it is not on PATH",
  ],
  ["is a path", "../store", undefined, "docker-credential-../store, which it names, fails: its name is invalid"],
])("names the file and the helper if the helper %s", async (_what, credsStore, script, problem) => {
  if (script !== undefined) installHelper(credsStore, script);
  const file = configure({ credsStore });
  await expect(find()).rejects.toThrow(`${file}: ${problem}`);
});

test("does not show the content of an invalid file", async () => {
  const file = configure(`{"auths": {"registry.example": {"auth": "c2VjcmV0" "x"}}}`);
  const error = (await find().catch((reason: unknown) => reason)) as Error;
  expect(error.message).toBe(`${file}: is not JSON: correct it, or log in again with \`docker login\``);
});
