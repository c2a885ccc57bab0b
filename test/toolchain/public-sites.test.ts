import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHECKSUMS_FILE } from "../../toolchain/checksums.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { dockerPluginVersion } from "../../toolchain/versions.ts";
import { pulumiArchive } from "../../toolchain/releases.ts";
import { archive, DOCKER_PLUGIN, publishReleases } from "../public-sites/archive.ts";
import { InspectingProxy } from "../public-sites/proxy.ts";
import { ReleaseSite } from "../public-sites/releases.ts";
import { makeClone } from "./clone.ts";

/** A CLI that only answers `pulumi version`, with some bytes that cannot be compressed to nothing. */
const PROGRAM = Buffer.from(
  `#!/bin/sh\n[ "$1" = version ]\nexit\n# ${Array.from({ length: 9_999 }, (_, at) => at).join()}`,
);
const CLI = archive([
  { name: "pulumi/", mode: 0o755 },
  { name: "pulumi/pulumi", mode: 0o755, content: PROGRAM },
]);
const PLUGIN = archive([{ name: "pulumi-resource-docker", mode: 0o755, content: PROGRAM }]);
const NAME = pulumiArchive().name;
const LOGIN = "someone:s3cret";

/** Prepares the CLI as every command does. */
const PREPARE = `
import { main } from "./commands/lib/main.ts";
import { ensurePulumi } from "./toolchain/pulumi.ts";
await main(async () => void (await ensurePulumi()));
`;

let folder: string;
let clone: string;
let site: ReleaseSite;
let proxy: InspectingProxy;
let guarded: InspectingProxy;
let caches = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-public-"));
  clone = makeClone();
  site = new ReleaseSite();
  publishReleases(site, { cli: CLI, dockerPlugin: PLUGIN });
  proxy = await InspectingProxy.start(site.hosts);
  guarded = await InspectingProxy.start(site.hosts, { login: LOGIN });
  for (const [name, { authority }] of Object.entries({ proxy, guarded }))
    writeFileSync(join(folder, `${name}.pem`), authority.certificate);
  // Without Go and pip, an attempt to build from Go modules fails at once, and says so.
  mkdirSync(join(folder, "bin"));
  for (const program of ["sh", "tar", "gzip"]) symlinkSync(`/bin/${program}`, join(folder, "bin", program));
});

afterAll(() => {
  proxy.close();
  guarded.close();
  for (const each of [folder, dirname(clone)]) rmSync(each, { recursive: true, force: true });
});

beforeEach(() => {
  site.reset();
  proxy.requests.length = 0;
});

const through = ({ port }: InspectingProxy, login = "") => `http://${login}127.0.0.1:${port}`;

/** The environment of a user behind the proxy with an empty cache. */
function userEnvironment(env: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: join(folder, "bin"),
    HOME: folder,
    XDG_CACHE_HOME: join(folder, `cache${++caches}`),
    HTTPS_PROXY: through(proxy),
    NODE_EXTRA_CA_CERTS: join(folder, "proxy.pem"),
    ...env,
  };
}

function start(args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], { cwd: clone, env });
}

const startPreparing = (env: Record<string, string>) => start(["--input-type=module", "--eval", PREPARE], env);

async function finish(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  const [stderr] = await Promise.all([text(child.stderr!), once(child, "close")]);
  return { code: child.exitCode, stderr };
}

const prepare = (env: Record<string, string>) => finish(startPreparing(env));

/** Returns the CLI's entries in a cache, complete or not. */
function cached({ XDG_CACHE_HOME = "" }: Record<string, string>): string[] {
  const entries = join(XDG_CACHE_HOME, "pulumi-swarm", "pulumi");
  return existsSync(entries) ? readdirSync(entries) : [];
}

const complete = (env: Record<string, string>) => cached(env).filter((name) => !name.startsWith("."));

describe("behind an inspecting proxy", () => {
  test("`npm run checksums` writes the SHA-256 of all files in the publishers' lists", async () => {
    const { code, stderr } = await finish(start(["toolchain/launch.mjs", "checksums"], userEnvironment()));
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("checksums of 5 files") as string,
    });
    const sums = JSON.parse(readFileSync(join(clone, CHECKSUMS_FILE), "utf8")) as Record<string, string>;
    expect(Object.keys(sums)).toEqual(expect.arrayContaining([DOCKER_PLUGIN.name, NAME]));
    expect(Object.values(sums).filter((sum) => !/^[0-9a-f]{64}$/.test(sum))).toEqual([]);
  });

  test("refuses the publishers' SHA-1 list for another file", async () => {
    site.fail(DOCKER_PLUGIN.name, "altered");
    const { code, stderr } = await finish(start(["toolchain/launch.mjs", "checksums"], userEnvironment()));
    expect(code).toBe(1);
    expect(stderr).toContain(`${DOCKER_PLUGIN.name} has SHA-1`);
    expect(stderr).toContain(`but ${DOCKER_PLUGIN.list} has`);
  });

  test("downloads the release, and connects to nothing else", async () => {
    const env = userEnvironment();
    const { code, stderr } = await prepare(env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "source: official releases (the download site answers)\n" });
    expect(complete(env)).toHaveLength(1);
    expect(new Set(proxy.requests.map((request) => request.split(/[ /]/)[1]))).toEqual(
      new Set(["github.com", "release-assets.githubusercontent.com"]),
    );
    expect((await prepare(env)).stderr).toBe("");
  });

  test.each([
    ["continues after a cut", ["cut"], true],
    ["continues after several cuts", ["cut", "cut", "cut"], true],
    ["starts again after a cut if the site cannot continue", ["cut"], false],
    ["repeats a request that finds the site busy", ["busy", "busy"], true],
    ["waits for a slow site", ["slow"], true],
  ] as const)("%s", async (_what, faults, hasEtags) => {
    const env = userEnvironment();
    site.fail(NAME, ...faults);
    site.hasEtags = hasEtags;
    expect(await prepare(env)).toMatchObject({ code: 0 });
    expect(complete(env)).toHaveLength(1);
    const gets = proxy.requests.filter((request) => request.startsWith("GET release-assets."));
    expect(gets).toHaveLength(faults[0] === "slow" ? 1 : faults.length + 1);
  });

  test.each([
    ["another file", ["altered"], `${NAME} has SHA-256`],
    ["no file", ["missing"], `/${NAME} answered 404: run this again, or set PULUMI_SWARM_SOURCE=registries`],
    ["half a file each time", ["cut", "cut", "cut", "cut"], "the response ended too early"],
    ["nothing but errors", ["busy", "busy", "busy", "busy"], "answered 503: run this again"],
  ] as const)("refuses %s in one line, keeps nothing and builds nothing", async (_what, faults, message) => {
    const env = userEnvironment();
    site.fail(NAME, ...faults);
    const { code, stderr } = await prepare(env);
    const lines = stderr
      .trimEnd()
      .split("\n")
      .filter((line) => line.startsWith("error:"));
    expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringContaining(message)] });
    expect(stderr).toContain("source: official releases");
    expect(stderr).not.toContain("Go modules of");
    expect(cached(env)).toEqual([]);
  });

  test("names the file, both checksums, the URL and the proxy if they differ", async () => {
    site.fail(NAME, "altered");
    const sums = JSON.parse(readFileSync(join(clone, CHECKSUMS_FILE), "utf8")) as Record<string, string>;
    const { stderr } = await prepare(userEnvironment());
    expect(stderr).toContain(
      `${CHECKSUMS_FILE} has ${sums[NAME]}: https://github.com/pulumi/pulumi/releases/download/`,
    );
    expect(stderr).toContain(`the proxy ${through(proxy)} sent another file; nothing was kept`);
  });

  test("downloads a plugin, which Pulumi unpacks", async () => {
    const env = userEnvironment();
    const into = join(folder, "plugin");
    mkdirSync(into);
    const names = JSON.stringify([dockerPluginVersion(), into, await ensurePulumi()]);
    const script = `import { downloadPlugin } from "./toolchain/plugin-release.ts"; await downloadPlugin("docker", ...${names});`;
    const { code, stderr } = await finish(start(["--input-type=module", "--eval", script], env));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readFileSync(join(into, "pulumi-resource-docker"))).toEqual(PROGRAM);
    expect(readdirSync(into)).not.toContain("home");
  });

  test("never downloads a file without a checksum", async () => {
    const file = join(clone, CHECKSUMS_FILE);
    const sums = readFileSync(file, "utf8");
    writeFileSync(file, "{}");
    const { code, stderr } = await prepare(userEnvironment()).finally(() => writeFileSync(file, sums));
    expect(code).toBe(1);
    expect(stderr).toContain(`${NAME}: ${CHECKSUMS_FILE} does not have its checksum, so it is built from Go modules`);
    expect(proxy.requests.filter((request) => request.startsWith("GET"))).toEqual([]);
  });

  test("leaves no incomplete entry in the cache after Ctrl-C, and the next run removes what it left", async () => {
    const env = userEnvironment();
    site.fail(NAME, "stall");
    const child = startPreparing(env);
    const isReceiving = () => proxy.requests.some((request) => request.startsWith("GET release-assets."));
    await expect.poll(isReceiving, { timeout: 30_000 }).toBe(true);
    child.kill("SIGINT");
    await once(child, "close");
    expect(complete(env)).toEqual([]);
    expect(await prepare(env)).toMatchObject({ code: 0 });
    expect(cached(env).filter((name) => name.startsWith(".tmp-"))).toEqual([]);
  });

  test("accepts a proxy without a scheme, and a lowercase variable, which takes precedence", async () => {
    const env = userEnvironment({ https_proxy: `127.0.0.1:${proxy.port}`, HTTPS_PROXY: "http://127.0.0.1:1" });
    expect(await prepare(env)).toMatchObject({ code: 0 });
  });

  test("rejects an invalid proxy without printing it", async () => {
    const { code, stderr } = await prepare(userEnvironment({ HTTPS_PROXY: `ftp://${LOGIN}@proxy` }));
    expect(code).toBe(1);
    expect(stderr).toBe("error: HTTPS_PROXY: must be a URL such as http://proxy.example:3128\n");
  });
});

describe("behind a proxy with a login", () => {
  const trusted = () => ({ NODE_EXTRA_CA_CERTS: join(folder, "guarded.pem") });

  test("downloads with it", async () => {
    const env = userEnvironment({ ...trusted(), HTTPS_PROXY: through(guarded, `${LOGIN}@`) });
    expect(await prepare(env)).toMatchObject({ code: 0 });
    expect(complete(env)).toHaveLength(1);
  });

  test.each([
    ["no", "", "requires a login: set HTTPS_PROXY to http://user:password@host:port"],
    ["another", "someone:wr0ng@", "refuses the login in HTTPS_PROXY"],
  ])("fails with %s login, whose password it does not print", async (_what, login, message) => {
    const { code, stderr } = await prepare(userEnvironment({ ...trusted(), HTTPS_PROXY: through(guarded, login) }));
    expect({ code, stderr }).toEqual({ code: 1, stderr: `error: the proxy ${through(guarded)} ${message}\n` });
  });
});

describe("builds from Go modules, and says why,", () => {
  test("if the proxy's certificate is not trusted", async () => {
    const { NODE_EXTRA_CA_CERTS: _none, ...env } = userEnvironment();
    const { stderr } = await prepare(env);
    expect(stderr).toContain(
      "source: Go modules, built here (the download site cannot be reached: https://github.com/",
    );
    expect(stderr).toContain("set NODE_EXTRA_CA_CERTS to the file with its CA certificate");
    expect(stderr).toContain("is needed to build the Pulumi CLI here");
  });

  test("if the proxy does not answer", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const { stderr } = await prepare(userEnvironment({ HTTPS_PROXY: `http://${LOGIN}@127.0.0.1:${port}` }));
    expect(stderr).toContain(`through the proxy http://127.0.0.1:${port}: `);
    expect(stderr).toContain("is needed to build the Pulumi CLI here");
    expect(stderr).not.toContain("s3cret");
  });

  test("if the proxy does not allow the site", async () => {
    const other = await InspectingProxy.start({});
    const { stderr } = await prepare(userEnvironment({ HTTPS_PROXY: through(other) })).finally(() => other.close());
    expect(stderr).toContain("the proxy answered 403");
    expect(stderr).toContain("is needed to build the Pulumi CLI here");
  });
});
