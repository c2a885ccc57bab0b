import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeWorkingConfig } from "../../commands/lib/config.ts";
import { clearStaleLocks, withStackLock } from "../../commands/lib/locks.ts";
import { ensureToolchain, openSession, readPulumiOutput, type Session } from "../../commands/lib/pulumi.ts";
import { readRuns, recordRun, writeRun } from "../../commands/lib/runs.ts";
import { openState, type StateFolder } from "../../commands/lib/state.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { processToken } from "../../toolchain/lock.mjs";

/** In the machine's initial PID namespace all processes are visible. */
const seesAll = process.platform === "linux" && readlinkSync("/proc/self/ns/pid") === "pid:[4026531836]";
const canUnshare = process.platform === "linux" && process.getuid?.() === 0;

let project: string;
let state: StateFolder;
let folder: string;
let said: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "pulumi-swarm-locks-"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: some-project\nruntime: nodejs\n");
  writeFileSync(join(project, "Pulumi.dev.yaml"), "config: {}\n");
  state = openState(project);
  folder = join(state.backend, ".pulumi", "locks", "organization", "some-project", "dev");
  mkdirSync(folder, { recursive: true });
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => (said += String(text)) !== "");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(project, { recursive: true, force: true });
});

/** An id that no process has: the largest one that Linux can give is 2^22. The id of an ended process is soon reused. */
const dead = 2 ** 22 + 1;
const [pid = "", started = "", boot = "", namespace = "", machine = ""] = (processToken() ?? "").split("-");
const token = (parts: object) => Object.values({ pid, started, boot, namespace, machine, ...parts }).join("-");
const STARTED = Date.parse("2026-11-30T12:00:00Z");
const HOUR = 3_600_000;

const lock = (content: object) =>
  writeFileSync(
    join(folder, "lock.json"),
    JSON.stringify({ hostname: hostname(), username: "me", timestamp: "2026-11-30T12:00:00.5Z", ...content }),
  );
const locks = () => readdirSync(folder);
const runs = () => readRuns({ state, stack: "dev" });

/** Records a run as after a command was killed. */
function recorded(run: object): void {
  const file = writeRun({ state, stack: "dev" }, process.pid, STARTED);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...run }));
}

describe("a lock of the backend is removed", () => {
  it.each([
    ["when its process has ended", { pid: dead }, token({ pid: dead })],
    ["when its id now belongs to another process", { pid: process.pid }, token({ started: "1" })],
    ["when the machine has restarted since", { pid: process.pid }, token({ boot: "abc" })],
  ])("%s", (_when, content, ofRun) => {
    lock(content);
    recorded({ pid: content.pid, token: ofRun });
    clearStaleLocks(state, "dev");
    expect([locks(), runs()]).toEqual([[], []]);
    expect(said).toContain(`removed the lock of a Pulumi that has ended (process ${content.pid}) from stack dev`);
  });

  it.runIf(seesAll)("when it is of a Pulumi that was started by hand, and no process of the machine has its id", () => {
    lock({ pid: dead });
    clearStaleLocks(state, "dev");
    expect(locks()).toEqual([]);
  });
});

describe("a lock of the backend stays", () => {
  const way = /if that no longer runs, free the stack: `eval "\$\(npm run -s env\)"`, then `pulumi cancel`/;

  it.each([
    ["of another machine with the same name", { pid: dead }, token({ pid: dead, boot: "abc", machine: "def" })],
    ["of another host", { pid: dead, hostname: "elsewhere" }, undefined],
  ])("and the message names its holder if it is %s", (_which, content, ofRun) => {
    lock(content);
    if (ofRun) recorded({ pid: content.pid, token: ofRun });
    clearStaleLocks(state, "dev");
    expect(locks()).toEqual(["lock.json"]);
    expect(said).toMatch(
      new RegExp(`stack dev is locked by process ${dead} of me@\\S+ since 2026-11-30T12:00:00.5Z; if`),
    );
    expect(said).toMatch(way);
  });

  it("and the message names its file if it cannot be read", () => {
    writeFileSync(join(folder, "half.json"), '{"pid": 1');
    clearStaleLocks(state, "dev");
    expect(locks()).toEqual(["half.json"]);
    expect(said).toContain("half.json");
    expect(said).toMatch(way);
  });

  it("without a message if its process is running", () => {
    lock({ pid: process.pid });
    recorded({});
    // The record of an earlier run with that id, which had ended long before the lock was created.
    recorded({ token: token({ started: "1" }), startedAt: STARTED - HOUR });
    clearStaleLocks(state, "dev");
    expect([locks(), said]).toEqual([["lock.json"], ""]);
  });
});

describe("a run", () => {
  it("is recorded while it lasts, readable only by its owner, under its stack", async () => {
    const during = await recordRun({ state, stack: "dev" }, async (onStart) => {
      onStart(process.pid);
      return { dev: runs(), other: readRuns({ state, stack: "other" }) };
    });
    expect(during).toMatchObject({ dev: [{ pid: process.pid, token: token({}), hostname: hostname() }], other: [] });
    expect(runs()).toEqual([]);
  });
});

describe("with a real Pulumi", () => {
  let session: Session;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, "index.js"), "setInterval(() => {}, 1000);\n");
    writeWorkingConfig(state, "dev", {});
    session = await openSession(await ensureToolchain(), state, "dev");
  }, 60_000);
  const killUpdates = () => {
    for (const { pid = 0 } of children.splice(0)) process.kill(-pid, "SIGKILL");
  };
  afterEach(killUpdates);

  /** Starts an update as the commands do. It lasts until it is killed. Waits until it holds the lock. */
  async function update(prefix: readonly string[] = []): Promise<void> {
    const lib = join(ROOT, "commands", "lib");
    const code = [
      `import { ensureToolchain, openSession, runPulumi } from ${JSON.stringify(join(lib, "pulumi.ts"))};`,
      `import { openState } from ${JSON.stringify(join(lib, "state.ts"))};`,
      `const session = await openSession(await ensureToolchain(), openState(${JSON.stringify(project)}), "dev");`,
      'await runPulumi(session, ["up", "--yes", "--skip-preview", "--non-interactive"]);',
    ].join("\n");
    const node = [process.execPath, "--input-type=module-typescript", "-e", code];
    const [command = "", ...args] = [...prefix, ...node];
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    children.push(child);
    await vi.waitFor(() => expect(locks()).toHaveLength(1), { timeout: 30_000, interval: 50 });
  }

  it.runIf(canUnshare)(
    "its lock stays while it runs in another PID namespace, and goes when it is killed",
    async () => {
      await update(["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]);
      clearStaleLocks(state, "dev");
      expect(locks()).toHaveLength(1);
      if (!seesAll) return;
      killUpdates();
      const cleared = () => (clearStaleLocks(state, "dev"), expect(locks()).toEqual([]));
      await vi.waitFor(cleared, { timeout: 15_000, interval: 100 });
    },
    60_000,
  );

  it("it refuses to write while this process holds the lock, and the lock is free while it runs", async () => {
    const file = join(state.path, "exported.json");
    await readPulumiOutput(session, ["stack", "export", "--file", file]);
    const outcome = withStackLock(state, "dev", () => {
      const args = ["stack", "import", "--file", file];
      return spawnSync(join(session.toolchain.bin, "pulumi"), args, {
        cwd: project,
        env: session.env,
        encoding: "utf8",
      });
    });
    expect(outcome?.stderr).toContain(`(pid ${process.pid})`);
    expect(outcome?.stderr).toContain("the stack is currently locked by 1 lock(s)");
    expect([locks(), runs()]).toEqual([[], []]);

    await update();
    const work = vi.fn();
    expect(withStackLock(state, "dev", work)).toBeUndefined();
    expect(work).not.toHaveBeenCalled();
    expect(locks()).toHaveLength(1);
  }, 60_000);
});
