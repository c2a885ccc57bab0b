import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { isAlive } from "../../toolchain/lock.mjs";

const PLUGIN = join(ROOT, "plugin", "pulumi-resource-swarm");
/** Nothing listens there: the plugin connects to the engine only to log. */
const ENGINE = "127.0.0.1:1";

describe("the plugin", () => {
  test("ends after the Pulumi that started it", async () => {
    const pulumi = spawn("sh", ["-c", '"$0" "$1" & echo "pid $!"; wait', PLUGIN, ENGINE], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const output: string[] = [];
    pulumi.stdout.on("data", (part: Buffer) => output.push(part.toString()));
    await expect.poll(() => output.join(""), { timeout: 20_000 }).toMatch(/^pid \d+\n\d+\n$/);
    const pid = Number(/^pid (\d+)/.exec(output.join(""))?.[1]);
    onTestFinished(() => void (isAlive(pid) && process.kill(pid, "SIGKILL")));
    pulumi.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  });

  test("says in one line that it must be started by Pulumi", async () => {
    const plugin = spawn(PLUGIN, [], { stdio: ["ignore", "pipe", "pipe"] });
    const [stderr] = (await once(plugin.stderr, "data")) as [Buffer];
    expect(stderr.toString()).toBe(
      "pulumi-resource-swarm: this program is a plugin that Pulumi starts: run `pulumi up` in a project that uses it\n",
    );
    expect((await once(plugin, "exit"))[0]).toBe(1);
  });

  test.each([
    ["without Node.js on PATH", "", /^pulumi-resource-swarm: needs Node.js 22.18 or later on PATH: .*\n$/],
    [
      "with an outdated one",
      "old",
      /^pulumi-resource-swarm: Node.js 18.20.0 is too old: put Node.js 22.18 or later .*\n$/,
    ],
  ])("says in one line why it does not start %s", async (_case, node, line) => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-node-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const tool of ["readlink", "dirname"]) symlinkSync(`/usr/bin/${tool}`, join(folder, tool));
    if (node === "old") {
      const script = `#!/bin/sh\nexec ${process.execPath} --eval 'Object.defineProperty(process, "versions", { value: { node: "18.20.0" } }); require(process.argv[1])' "$@"\n`;
      writeFileSync(join(folder, "node"), script, { mode: 0o755 });
    }
    const plugin = spawn("/bin/sh", [PLUGIN, ENGINE], { stdio: ["ignore", "pipe", "pipe"], env: { PATH: folder } });
    const [stderr] = (await once(plugin.stderr, "data")) as [Buffer];
    expect(stderr.toString()).toMatch(line);
    expect((await once(plugin, "exit"))[0]).toBe(1);
  });
});

test("the build says in one line that a clone lacks its dependencies", () => {
  const clone = mkdtempSync(join(tmpdir(), "pulumi-swarm-build-"));
  onTestFinished(() => rmSync(clone, { recursive: true }));
  copyFileSync(join(ROOT, "toolchain", "build.mjs"), join(clone, "build.mjs"));
  const { status, stderr } = spawnSync(process.execPath, [join(clone, "build.mjs")], { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, "error: the dependencies are missing: run `npm ci` first\n"]);
});
