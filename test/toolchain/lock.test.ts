import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isGone, isPidUnused, processToken, tryLock } from "../../toolchain/lock.mjs";
import { ROOT } from "../../toolchain/cache.ts";

const MODULE = JSON.stringify(join(ROOT, "toolchain", "lock.mjs"));
/** In the machine's initial namespace all processes are visible. */
const seesAll = process.platform === "linux" && readlinkSync("/proc/self/ns/pid") === "pid:[4026531836]";
const canUnshare = process.platform === "linux" && process.getuid?.() === 0;

let folder: string;
let lock: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-lock-"));
  lock = join(folder, "work.held");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program with the functions of the lock; `prefix` is the command that runs it. */
function program(code: string, prefix: readonly string[] = []): Promise<string> & { child: ChildProcess } {
  const text = `import { isGone, processToken, tryLock } from ${MODULE};\nconst lock = ${JSON.stringify(lock)};\n${code}`;
  const [command = "", ...args] = [...prefix, process.execPath, "--input-type=module", "-e", text];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return Object.assign(new Promise<string>((done) => child.on("close", () => done(output.trim()))), { child });
}

const otherNamespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const HOLD = "tryLock(lock); setInterval(() => {}, 1000);";
const isHeld = () => vi.waitFor(() => expect(readdirSync(lock)).toHaveLength(1), { timeout: 15_000, interval: 20 });

describe("a process", () => {
  const own = processToken() ?? "";
  const [pid, started, boot, namespace, machine] = own.split("-");
  // The largest id that Linux can give is 2^22; the id of an ended process is soon reused.
  const dead = 2 ** 22 + 1;
  it.each([
    ["that runs", own, false],
    ["that has ended", [dead, started, boot, namespace, machine].join("-"), true],
    ["whose id now belongs to another process", [pid, "1", boot, namespace, machine].join("-"), true],
    ["of an earlier boot of this machine", [pid, started, "abc", namespace, machine].join("-"), true],
    ["of another machine", [dead, started, "abc", namespace, "def"].join("-"), false],
    ["of an unknown machine", [dead, started, "abc", namespace, "0"].join("-"), false],
    ["that has no token", "1234", false],
  ])("%s", (_which, token, gone) => expect(isGone(token)).toBe(gone));

  it("that does not exist has no token", () => expect(processToken(dead)).toBeUndefined());
});

describe("a lock", () => {
  it("is held by one process, and free after its release", () => {
    const release = tryLock(lock);
    expect(tryLock(lock)).toBeUndefined();
    release?.();
    expect(readdirSync(folder)).toEqual([]);
    expect(tryLock(lock)).toBeDefined();
  });

  it("is released only by its holder", () => {
    const former = tryLock(lock);
    former?.();
    tryLock(lock);
    former?.();
    expect(tryLock(lock)).toBeUndefined();
  });

  it("of a killed process is free, and its temporary files are removed", async () => {
    const { child } = program(HOLD);
    await isHeld();
    const [holder = ""] = readdirSync(lock);
    mkdirSync(`${lock}.${holder}`);
    expect(tryLock(lock)).toBeUndefined();
    const ended = new Promise((done) => child.once("close", done));
    child.kill("SIGKILL");
    await ended;
    expect(tryLock(lock)).toBeDefined();
    expect(readdirSync(folder)).toEqual(["work.held"]);
  });

  it("of dying holders is acquired by one of the waiting processes at a time", async () => {
    const dead = (processToken() ?? "").replace(/^\d+/, String(2 ** 22 + 1));
    const code = `
      import { mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
      for (let turn = 0; turn < 60; turn++) {
        while (!tryLock(lock));
        mkdirSync(lock + "-inside");
        rmdirSync(lock + "-inside");
        // The holder dies: the lock remains, with the name of a process that has ended.
        renameSync(lock + "/" + readdirSync(lock)[0], lock + "/${dead}-" + process.pid + "x" + turn);
      }
      console.log("always alone");`;
    const outputs = await Promise.all([1, 2, 3, 4].map(() => program(code)));
    expect(outputs).toEqual(["always alone", "always alone", "always alone", "always alone"]);
  }, 60_000);
});

describe.runIf(canUnshare)("a lock in another PID namespace", () => {
  it("remains while its process runs, and is free when it has ended", async () => {
    const { child } = program(HOLD, otherNamespace);
    await isHeld();
    expect(tryLock(lock)).toBeUndefined();
    const ended = new Promise((done) => child.once("close", done));
    child.kill("SIGKILL");
    await ended;
    if (!seesAll) return;
    // The holder is the first process of its namespace, and ends a moment after the process that created the namespace.
    await vi.waitFor(() => expect(tryLock(lock)).toBeDefined(), { timeout: 15_000, interval: 50 });
  }, 40_000);

  it("is respected inside the namespace as well", async () => {
    tryLock(lock);
    const [holder = ""] = readdirSync(lock);
    expect(await program("console.log(tryLock(lock) === undefined);", otherNamespace)).toBe("true");
    // Without its own /proc a namespace shows the processes of another one, which prove nothing.
    const withoutProc = otherNamespace.slice(0, -1);
    expect(await program("console.log(tryLock(lock) === undefined);", withoutProc)).toBe("true");
    expect(readdirSync(lock)).toEqual([holder]);
  }, 40_000);

  it("may belong to any process with that id, in any namespace", () => {
    expect(isPidUnused(process.pid)).toBe(false);
    expect(isPidUnused(2 ** 22 + 1)).toBe(seesAll);
  });
});
