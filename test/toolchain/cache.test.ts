import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheKey, ensureCached, cachePath, ROOT } from "../../toolchain/cache.ts";

let cache: string;
const before = process.env["XDG_CACHE_HOME"];

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "pulumi-swarm-cache-"));
  process.env["XDG_CACHE_HOME"] = cache;
});

afterEach(() => {
  if (before === undefined) delete process.env["XDG_CACHE_HOME"];
  else process.env["XDG_CACHE_HOME"] = before;
  rmSync(cache, { recursive: true, force: true });
});

const piece = { name: "thing", key: "1.0-abc" };

/** Starts a process that writes half of an entry, reports it, and continues only after `ms`. */
function maker(ms: number) {
  const code = `
    import { writeFileSync, appendFileSync } from "node:fs";
    import { ensureCached } from ${JSON.stringify(join(ROOT, "toolchain", "cache.ts"))};
    const path = await ensureCached({ name: "thing", key: "1.0-abc", create: async (folder) => {
      writeFileSync(folder + "/file", "half");
      console.log("half done");
      await new Promise((done) => setTimeout(done, ${ms}));
      appendFileSync(folder + "/file", " whole");
      console.log("made");
    } });
    console.log("obtained");`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<string>((done) => child.on("close", () => done(output)));
  const halfDone = new Promise<void>((done) => child.stdout.once("data", () => done()));
  return { child, ended, halfDone };
}

describe("a cache entry", () => {
  it("is created once", async () => {
    let made = 0;
    const create = async (folder: string) => writeFileSync(join(folder, "file"), String(++made));
    const first = await ensureCached({ ...piece, create });
    expect(await ensureCached({ ...piece, create })).toBe(first);
    expect(readFileSync(join(first, "file"), "utf8")).toBe("1");
  });

  it("does not exist after a failure, and can be created later", async () => {
    const failing = ensureCached({ ...piece, create: () => Promise.reject(new Error("no network")) });
    await expect(failing).rejects.toThrow("no network");
    expect(existsSync(cachePath(piece))).toBe(false);
    await ensureCached({ ...piece, create: async (folder) => writeFileSync(join(folder, "file"), "ok") });
    expect(readdirSync(join(cache, "pulumi-swarm", "thing"))).toEqual([piece.key]);
  });

  it("does not exist after its process was killed, and the temporary files are removed", async () => {
    const { child, ended, halfDone } = maker(60_000);
    await halfDone;
    child.kill("SIGKILL");
    await ended;
    expect(existsSync(cachePath(piece))).toBe(false);
    const path = await ensureCached({ ...piece, create: async (folder) => writeFileSync(join(folder, "file"), "ok") });
    expect(readFileSync(join(path, "file"), "utf8")).toBe("ok");
    expect(readdirSync(join(cache, "pulumi-swarm", "thing"))).toEqual([piece.key]);
  });

  it("is created by one of two runs, and both get it", async () => {
    const outputs = await Promise.all([maker(700).ended, maker(700).ended]);
    expect(outputs.map((output) => output.includes("obtained"))).toEqual([true, true]);
    expect(outputs.filter((output) => output.includes("made"))).toHaveLength(1);
    expect(readFileSync(join(cachePath(piece), "file"), "utf8")).toBe("half whole");
  });
});

describe("a cache key", () => {
  it("changes with the version, the parts and the files", () => {
    const file = join(cache, "go.sum");
    writeFileSync(file, "one");
    const key = cacheKey("1.0", ["word"], [file]);
    expect(cacheKey("1.0", ["word"], [file])).toBe(key);
    expect(cacheKey("1.1", ["word"], [file])).not.toBe(key);
    expect(cacheKey("1.0", ["other"], [file])).not.toBe(key);
    writeFileSync(file, "two");
    expect(cacheKey("1.0", ["word"], [file])).not.toBe(key);
  });
});
