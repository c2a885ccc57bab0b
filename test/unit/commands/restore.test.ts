import { spawnSync } from "node:child_process";
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
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { assertNewFile } from "../../../commands/backup/file.ts";
import {
  backupCommands,
  discardNodeCommands,
  forgetNodeCommands,
  hasForgottenNodeCommands,
  recallNodeCommands,
  restoreCommands,
  rollBackCommands,
} from "../../../commands/backup/scripts.ts";
import { type TarEntry, tar } from "../../../toolchain/tar.ts";

let folder: string;
/** The Docker root of a machine. */
let root: string;
let previous: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-restore-"));
  root = join(folder, "docker 'root'");
  previous = join(root, "swarm.before-1");
  for (const each of [root, join(folder, "tmp"), join(folder, "bin"), join(root, "volumes")]) mkdirSync(each);
  write("volumes/x", "a volume's file");
  mkdirSync(join(root, "swarm"));
  write("swarm/docker-state.json", "own");
  write("swarm/key", "own key");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(root, name), text);
const read = (name: string) => readFileSync(join(root, name), "utf8");
const names = () => readdirSync(root).toSorted();
const said = () => readFileSync(join(folder, "engine"), "utf8").trim().split("\n");

function archive(entries: readonly TarEntry[]): Buffer {
  const { stdout } = spawnSync("gzip", ["-c"], { input: tar(entries) });
  return stdout;
}
const file = (name: string, text: string): TarEntry => ({ name, mode: 0o600, content: Buffer.from(text) });
const GOOD = [{ name: "swarm/", mode: 0o700 }, file("swarm/docker-state.json", "saved"), file("swarm/cert", "saved")];

interface Stubs {
  /** Additional commands of `stop_engine` and `start_engine`, which always record that they ran. */
  stop?: string;
  start?: string;
  /** Replaces a program by a script, which gets the arguments in `"$@"`. */
  program?: [name: string, script: string];
}

/** Runs commands as `rootScript` does, with an engine that only records its requests. */
function ran(commands: readonly string[], input = "", { stop = ":", start = ":", program }: Stubs = {}) {
  if (program) {
    const [name, text] = program;
    const path = join(folder, "bin", name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }
  const engine = [
    `stop_engine() { echo stop >> "$ENGINE"; ${stop}; }`,
    `start_engine() { echo start >> "$ENGINE"; ${start}; }`,
  ];
  const env = {
    PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
    TMPDIR: join(folder, "tmp"),
    ENGINE: join(folder, "engine"),
  };
  const script = ["set -eu", "umask 077", ...engine, ...commands].join("\n");
  const result = spawnSync("sh", ["-c", script], { env, input, encoding: "utf8" });
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  return result;
}
const restored = (bytes: Buffer, stubs?: Stubs) =>
  ran(restoreCommands(root, previous), bytes.toString("base64"), stubs);

/** Expects the machine in its original state. */
function expectOwn(): void {
  expect(names()).toEqual(["swarm", "volumes"]);
  expect([read("swarm/docker-state.json"), read("swarm/key"), read("volumes/x")]).toEqual([
    "own",
    "own key",
    "a volume's file",
  ]);
}

describe("a backup", () => {
  test("requires a new file in an existing folder", () => {
    const at = (name: string) => () => assertNewFile(join(folder, name));
    writeFileSync(join(folder, "there.tar.gz"), "another backup");
    expect(at("there.tar.gz")).toThrow(/there\.tar\.gz: exists already: choose another name/);
    expect(at("none/new.tar.gz")).toThrow(/none\/new\.tar\.gz: its folder is missing or not writable: create it/);
    expect(at("new.tar.gz")).not.toThrow();
    expect(existsSync(join(folder, "new.tar.gz"))).toBe(false);
  });

  test("contains the folder swarm, and the engine is restarted", () => {
    const { stdout, status } = ran(backupCommands(root));
    expect(status).toBe(0);
    const listed = spawnSync("tar", ["-tzf", "-"], { input: Buffer.from(stdout, "base64"), encoding: "utf8" });
    expect(listed.stdout.trim().split("\n").toSorted()).toEqual(["swarm/", "swarm/docker-state.json", "swarm/key"]);
    expect(said()).toEqual(["stop", "start"]);
  });

  test.each(["HUP", "INT", "TERM"])("leaves no copy and a running engine if SIG%s ends it", (signal) => {
    const { status } = ran(backupCommands(root), "", { program: ["tar", `kill -${signal} $PPID; echo part`] });
    expect(status).not.toBe(0);
    expect(said()).toEqual(["stop", "start"]);
  });
});

describe("a restored state", () => {
  test("replaces the machine's own, which is kept beside it", () => {
    expect(restored(archive(GOOD))).toMatchObject({ status: 0, stderr: "" });
    expect(names()).toEqual(["swarm", "swarm.before-1", "volumes"]);
    expect([read("swarm/cert"), read("swarm.before-1/key")]).toEqual(["saved", "own key"]);
    // The engine does not start the node of that time.
    expect(readdirSync(join(root, "swarm"))).toEqual(["cert"]);
    expect(said()).toEqual(["stop", "start"]);
    ran(rollBackCommands(root, previous));
    expectOwn();
  });

  test("can be rolled back on a machine that had none", () => {
    rmSync(join(root, "swarm"), { recursive: true });
    expect(restored(archive(GOOD)).status).toBe(0);
    expect(read("swarm/cert")).toBe("saved");
    ran(rollBackCommands(root, previous));
    expect(names()).toEqual(["volumes"]);
  });

  test("is the only part of the archive that is unpacked", () => {
    const more = [file("volumes/x", "not the volume's"), file("swarmy/x", "x")];
    expect(restored(archive([...GOOD, ...more])).status).toBe(0);
    expect(read("volumes/x")).toBe("a volume's file");
    expect(names()).toEqual(["swarm", "swarm.before-1", "volumes"]);
  });

  test.each<[string, () => Buffer]>([
    ["an invalid archive", () => Buffer.from("<html>")],
    ["a truncated archive", () => archive(GOOD).subarray(0, 60)],
    ["an archive without a state", () => archive([file("swarm/x", "x")])],
    ["an archive with a folder in place of the state", () => archive([file("swarm/docker-state.json/x", "x")])],
  ])("from %s is refused before the engine is stopped", (_what, bytes) => {
    expect(restored(bytes()).status).not.toBe(0);
    expectOwn();
    expect(existsSync(join(folder, "engine"))).toBe(false);
  });

  test("changes nothing if it cannot be unpacked, as on a full disk", () => {
    const full = `case "$1" in -x*) mkdir -p "$4/swarm"; echo "No space left on device" >&2; exit 2 ;; esac\nexec /bin/tar "$@"`;
    expect(restored(archive(GOOD), { program: ["tar", full] })).toMatchObject({ status: 2 });
    expectOwn();
    expect(existsSync(join(folder, "engine"))).toBe(false);
  });

  test.each<[string, Stubs, string[]]>([
    ["the engine does not stop", { stop: "return 1" }, ["stop", "stop", "start"]],
    ["it cannot be moved into place", { program: ["mv", moveFailing("*swarm.restored*")] }, ["stop", "stop", "start"]],
    ["the machine's own cannot be moved away", { program: ["mv", moveFailing("*/swarm")] }, ["stop", "stop", "start"]],
    ["a signal arrives while the engine stops", { stop: "kill -TERM $$" }, ["stop", "stop", "start"]],
    ["the engine does not start with it", { start: '[ ! -e "$ROOT/swarm/cert" ]' }, ["stop", "start", "stop", "start"]],
  ])("is rolled back if %s", (_what, stubs, engine) => {
    const start = stubs.start?.replace("$ROOT", root) ?? ":";
    expect(restored(archive(GOOD), { ...stubs, start }).status).not.toBe(0);
    expectOwn();
    expect(said()).toEqual(engine);
  });
});

describe("a forgotten node", () => {
  const STATE = "swarm/docker-state.json";
  const files = () => readdirSync(join(root, "swarm")).toSorted();
  const isForgotten = () => ran(hasForgottenNodeCommands(root)).stdout === "forgotten\n";

  test("keeps its data, and is recalled", () => {
    expect(ran(forgetNodeCommands(root)).status).toBe(0);
    expect(files()).toEqual(["docker-state.json.expired", "key"]);
    expect(isForgotten()).toBe(true);
    // A new node that fails writes its own file.
    write(STATE, "new");
    expect(ran(recallNodeCommands(root)).status).toBe(0);
    expectOwn();
    expect(isForgotten()).toBe(false);
    expect(said()).toEqual(["stop", "start", "stop", "start"]);
  });

  test("may be forgotten again by the run after a killed one", () => {
    for (let runs = 0; runs < 2; runs++) expect(ran(forgetNodeCommands(root)).status).toBe(0);
    write(STATE, "new");
    expect(isForgotten()).toBe(false);
    ran(discardNodeCommands(root));
    expect(files()).toEqual(["docker-state.json", "key"]);
  });

  test("stays if the engine does not stop, and the engine is started", () => {
    expect(ran(forgetNodeCommands(root), "", { stop: "return 1" }).status).not.toBe(0);
    expectOwn();
    expect(said()).toEqual(["stop", "start"]);
  });
});

/** Returns a `mv` that fails if its first argument matches the pattern. */
function moveFailing(pattern: string): string {
  return `case "$1" in ${pattern}) exit 1 ;; esac\nexec /bin/mv "$@"`;
}
