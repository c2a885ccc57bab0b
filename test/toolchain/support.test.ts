import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { npmRun, parseCommandArgs } from "../../commands/lib/args.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { tar } from "../../toolchain/tar.ts";

describe("arguments", () => {
  it("keeps the command's own and passes the others on in their order", () => {
    const args = parseCommandArgs("down", ["--diff", "--stack", "dev", "--delete-data", "--target", "urn", "-y"]);
    expect(args).toMatchObject({ stack: "dev", yes: true, json: false, rest: ["--diff", "--target", "urn"] });
    expect([...args.flags]).toEqual(["--delete-data"]);
  });

  it("refuses a stack without a stack file", () => {
    expect(() => parseCommandArgs("up", ["--stack=prdo"])).toThrow(
      /--stack "prdo": there is no Pulumi.prdo.yaml; choose one of .*dev/,
    );
  });
});

describe("a command in a message to the user", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("names the stack unless it is the default", () => {
    vi.stubEnv("PULUMI_STACK", "");
    expect(npmRun("status", "dev")).toBe("npm run status");
    expect(npmRun("status", "lab")).toBe("npm run status -- --stack lab");
    expect(npmRun("down", "lab", "--delete-data")).toBe("npm run down -- --stack lab --delete-data");
    vi.stubEnv("PULUMI_STACK", "lab");
    expect([npmRun("-s env", "lab"), npmRun("up", "dev")]).toEqual(["npm run -s env", "npm run up -- --stack dev"]);
  });
});

describe("tar", () => {
  it("gives the same bytes for the same entries, and is readable by tar", () => {
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
  it("refuses Windows, which has another shell, other links and other names of programs", () => {
    const windows = 'data:text/javascript,Object.defineProperty(process,"platform",{value:"win32"})';
    const args = ["--import", windows, join(ROOT, "toolchain", "launch.mjs"), "up"];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining("WSL 2") as string });
  });

  it("lists the commands if the name is unknown", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "toolchain", "launch.mjs"), "upp"], {
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/command "upp": there is no such command; choose one of .*down, env, .*up/);
  });
});
