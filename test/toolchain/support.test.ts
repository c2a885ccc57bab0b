import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { npmRun, readArgs } from "../../commands/support/args.ts";
import { clearStaleLocks } from "../../commands/support/locks.ts";
import { openState, type StateFolder } from "../../commands/support/state.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { tar } from "../../toolchain/tar.ts";

describe("arguments", () => {
  it("keeps the command's own and passes on the others in their order", () => {
    const args = readArgs(["--diff", "--stack", "dev", "--delete-data", "--target", "urn", "-y"], ["--delete-data"]);
    expect(args).toMatchObject({ stack: "dev", yes: true, json: false, rest: ["--diff", "--target", "urn"] });
    expect([...args.flags]).toEqual(["--delete-data"]);
  });

  it("refuses a stack that no file configures", () => {
    expect(() => readArgs(["--stack=prdo"])).toThrow(
      /--stack "prdo": there is no Pulumi.prdo.yaml; choose one of .*dev/,
    );
  });
});

describe("a command that is named to the user", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("names the stack, unless it would take that one by itself", () => {
    vi.stubEnv("PULUMI_STACK", "");
    expect(npmRun("status", "dev")).toBe("npm run status");
    expect(npmRun("status", "lab")).toBe("npm run status -- --stack lab");
    expect(npmRun("down", "lab", "--delete-data")).toBe("npm run down -- --stack lab --delete-data");
    vi.stubEnv("PULUMI_STACK", "lab");
    expect([npmRun("-s env", "lab"), npmRun("up", "dev")]).toEqual(["npm run -s env", "npm run up -- --stack dev"]);
  });
});

describe("locks of the backend", () => {
  let project: string;
  let state: StateFolder;
  let folder: string;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "pulumi-swarm-locks-"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: some-project\nruntime: nodejs\n");
    state = openState(project);
    folder = join(state.backend, ".pulumi", "locks", "organization", "some-project", "dev");
    mkdirSync(folder, { recursive: true });
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  const gone = () => spawnSync(process.execPath, ["-e", ""]).pid;
  const lock = (name: string, content: object) => writeFileSync(join(folder, `${name}.json`), JSON.stringify(content));
  const left = (name: string) => existsSync(join(folder, `${name}.json`));

  it("go when their process is gone from this machine, and stay otherwise", () => {
    lock("dead", { pid: gone(), hostname: hostname() });
    lock("alive", { pid: process.pid, hostname: hostname() });
    lock("elsewhere", { pid: gone(), hostname: `not-${hostname()}` });
    writeFileSync(join(folder, "half.json"), '{"pid": 1');
    clearStaleLocks(state, "dev");
    expect(["dead", "alive", "elsewhere", "half"].map(left)).toEqual([false, true, true, true]);
  });
});

describe("tar", () => {
  it("gives the same bytes for the same entries, and tar reads them", () => {
    const entries = [
      { name: "usr/", mode: 0o755 },
      { name: "usr/file", mode: 0o644, content: Buffer.from("text") },
    ];
    expect(tar(entries).equals(tar(entries))).toBe(true);
    const { stdout } = spawnSync("tar", ["-tvf", "-"], { input: tar(entries), encoding: "utf8" });
    expect(stdout).toMatch(/drwxr-xr-x 0\/0 .*usr\/\n-rw-r--r-- 0\/0 +4 .*usr\/file/);
  });
});

describe("launch.mjs", () => {
  it("names the commands when it is asked for another", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "toolchain", "launch.mjs"), "upp"], {
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/command "upp": there is no such command; choose one of .*down, env, .*up/);
  });
});
