import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openState } from "../../commands/lib/state.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { isAlive } from "../../toolchain/lock.mjs";
import { CommandError, run } from "../../toolchain/run.ts";
import { createUnlinkedFile } from "../../toolchain/temporary-files.ts";

const SECRET = "the-root-password-in-plain";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const;

let project: string;
let children: ChildProcess[];

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "pulumi-swarm-signals-"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: some-project\nruntime: nodejs\n");
  children = [];
});
afterEach(() => {
  for (const { pid } of children) endGroup(pid);
  rmSync(project, { recursive: true, force: true });
});

/** Runs a module in its own process group, as a terminal does. */
function started(source: string): ChildProcess {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", source], {
    ...{ cwd: ROOT, detached: true },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function lineOf(child: ChildProcess, stream: "stdout" | "stderr", text: string): Promise<string> {
  let all = "";
  for await (const line of createInterface({ input: child[stream]! })) {
    all += `${line}\n`;
    if (line.includes(text)) return line;
  }
  throw new Error(`ended without "${text}":\n${all}`);
}

/** Lists all files below a folder that contain a text. */
function filesWith(text: string, folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path, "utf8").includes(text));
}

describe("a preview that a signal ends", () => {
  /** A fake Pulumi: writes a secret to the event log, as --debug does, and runs until it is ended. */
  const PULUMI = `#!${process.execPath}
    const { writeFileSync } = require("node:fs");
    const args = process.argv.slice(2);
    if (args[0] === "config") process.exit(console.log("{}"));
    const log = args[args.indexOf("--event-log") + 1];
    writeFileSync(log, JSON.stringify({ diagnosticEvent: { severity: "debug", message: "${SECRET}" } }) + "\\n");
    process.on("SIGTERM", () => process.exit(1));
    console.log("wrote by " + process.pid);
    setInterval(() => {}, 1000);
  `;

  test.each(SIGNALS)("leaves no event log on the disk: %s", async (signal) => {
    const bin = join(project, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "pulumi"), PULUMI.trimStart());
    chmodSync(join(bin, "pulumi"), 0o755);
    const child = started(`
      import { runPreview } from "./commands/preview-pr/run.ts";
      import { openState } from "./commands/lib/state.ts";
      const state = openState(${JSON.stringify(project)});
      await runPreview({ toolchain: { bin: ${JSON.stringify(bin)}, plugins: [] }, state, stack: "dev", env: process.env }, []);
    `);
    const line = await lineOf(child, "stderr", "wrote by");
    expect(filesWith(SECRET, join(project, ".state"))).toEqual([]);
    const ended = once(child, "exit");
    if (signal === "SIGINT") process.kill(-child.pid!, signal);
    else child.kill(signal);
    await ended;
    expect(filesWith(SECRET, join(project, ".state"))).toEqual([]);
    expect(readdirSync(join(project, ".state")).filter((name) => name.startsWith("preview-"))).toEqual([]);
    if (signal === "SIGKILL") return;
    expect(child.exitCode).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
    const pulumi = Number(/wrote by (\d+)/.exec(line)?.[1]);
    expect(() => process.kill(pulumi, 0)).toThrow("ESRCH");
  });

  test("of an earlier release is removed with its event log by the next command", () => {
    const { path } = openState(project);
    mkdirSync(join(path, "preview-8jYFRr"));
    writeFileSync(join(path, "preview-8jYFRr", "events.jsonl"), SECRET);
    const left = ["passphrase.999999999.tmp", "pending-999999999.json"];
    const inUse = [`passphrase.${process.pid}.tmp`, `pending-${process.pid}.json`];
    for (const name of [...left, ...inUse]) writeFileSync(join(path, name), SECRET);
    openState(project);
    expect(filesWith(SECRET, path).toSorted()).toEqual(inUse.map((name) => join(path, name)));
    expect(readdirSync(path).toSorted()).toEqual(["backend", "home", "passphrase", ...inUse].toSorted());
  });
});

describe("a temporary folder", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("is removed with its process: %s", async (signal) => {
    const child = started(`
      import { writeFileSync } from "node:fs";
      import { withTemporaryFolder } from "./toolchain/temporary-files.ts";
      await withTemporaryFolder("pulumi-swarm-signal-", async (folder) => {
        console.log(folder);
        await new Promise((done) => setTimeout(done, 60_000));
      });
    `);
    const folder = await lineOf(child, "stdout", "pulumi-swarm-signal-");
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
    expect(() => readdirSync(folder)).toThrow("ENOENT");
  });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "ssh and its proxy command end with the process that started them: %s",
  async (signal) => {
    const pids = join(project, "pids");
    writeFileSync(join(project, "ssh"), `#!/bin/sh\nsleep 300 &\necho $$ $! > ${pids}\nwait\n`, { mode: 0o755 });
    const child = started(`
      import { startSsh } from "./engine/ssh.ts";
      process.env.PATH = ${JSON.stringify(`${project}${delimiter}`)} + process.env.PATH;
      startSsh({ host: "ssh://silent.example" }, "true");
    `);
    await expect.poll(() => existsSync(pids) && readFileSync(pids, "utf8"), { timeout: 20_000 }).toMatch(/\d \d+\n/);
    const [ssh = 0, proxy = 0] = readFileSync(pids, "utf8").split(" ").map(Number);
    onTestFinished(() => void (isAlive(proxy) && process.kill(proxy, "SIGKILL")));
    const ended = once(child, "exit");
    child.kill(signal);
    expect(await ended).toEqual([null, signal]);
    await expect.poll(() => [ssh, proxy].filter((pid) => isAlive(pid)), { timeout: 5_000 }).toEqual([]);
  },
);

test("a file without a name returns the output of another program", async () => {
  const file = createUnlinkedFile(project, "log-");
  try {
    expect(readdirSync(project)).toEqual(["Pulumi.yaml"]);
    await run("sh", ["-c", "echo one > /dev/fd/3; echo two >> /dev/fd/3"], { files: [file.descriptor] });
    expect(file.text()).toBe("one\ntwo\n");
  } finally {
    file.close();
  }
});

test("the error of a command with secret output shows only its standard error", async () => {
  const script = `echo ${SECRET}; echo "it went wrong" >&2; exit 3`;
  const failure = await run("sh", ["-c", 'eval "$SCRIPT"'], { env: { SCRIPT: script }, secretOutput: true }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(CommandError);
  expect(String(failure)).toContain("it went wrong");
  expect(String(failure)).not.toContain(SECRET);
});
