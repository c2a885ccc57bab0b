import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCommandArgs } from "../../../commands/lib/args.ts";
import { ROOT } from "../../../toolchain/cache.ts";
import { asksForHelp, type CommandName, COMMANDS, formatHelp } from "../../../toolchain/help.mjs";

const NAMES = readdirSync(join(ROOT, "commands")).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []);
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> };
const forwards = (name: string) => COMMANDS[name as CommandName].forwardsTo !== undefined;

/** A clone without dependencies: it contains only the files that the launcher reads. */
let clone: string;

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), "pulumi-swarm-help-"));
  mkdirSync(join(clone, "toolchain"));
  mkdirSync(join(clone, "commands"));
  for (const file of ["launch.mjs", "help.mjs", "lock.mjs"])
    cpSync(join(ROOT, "toolchain", file), join(clone, "toolchain", file));
  for (const name of NAMES) writeFileSync(join(clone, "commands", `${name}.ts`), 'throw new Error("it was started")');
});

afterAll(() => rmSync(clone, { recursive: true, force: true }));

function launch(name: string, ...args: string[]) {
  // Without npm and a cache, nothing can be installed or downloaded.
  const env = { PATH: "/nowhere", HOME: join(clone, "home"), XDG_CACHE_HOME: join(clone, "home", ".cache") };
  return spawnSync(process.execPath, [join(clone, "toolchain", "launch.mjs"), name, ...args], {
    encoding: "utf8",
    env,
  });
}

test("exactly the existing commands have help", () => {
  expect(Object.keys(COMMANDS).toSorted()).toEqual(NAMES.toSorted());
});

describe.each(NAMES as CommandName[])("%s", (name) => {
  test.each(["--help", "-h"])("prints its help without preparing anything: %s", (flag) => {
    const { status, stdout, stderr } = launch(name, flag);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${formatHelp(name)}\n`, stderr: "" });
    expect(readdirSync(clone).toSorted()).toEqual(["commands", "toolchain"]);
  });

  test("has usage, options and one example in its help, for an existing script", () => {
    const { run, options, example } = COMMANDS[name];
    const help = formatHelp(name);
    expect(help).toContain(`\nUsage: ${run} -- `);
    for (const option of [...options.map(([text]) => text), "-h, --help"]) expect(help).toContain(`\n  ${option}`);
    expect(help.match(/^Example: .+$/gm)).toEqual([`Example: ${example}`]);
    const script = scripts[/^npm (?:run )?([\w:]+)$/.exec(run)![1]!];
    expect(script).toBe(`node toolchain/launch.mjs ${name}`);
  });
});

test.each((NAMES as CommandName[]).filter((name) => !forwards(name)))("%s rejects an unknown option", (name) => {
  const { run } = COMMANDS[name];
  expect(() => parseCommandArgs(name, ["--no-such-option"])).toThrow(
    `option "--no-such-option": unknown to \`${run}\`: see \`${run} -- --help\``,
  );
});

test.each((NAMES as CommandName[]).filter(forwards))("%s forwards unknown options", (name) => {
  const other = ["--no-such-option", "-r=false", "--target", "urn", "--", "-y"];
  expect(parseCommandArgs(name, other).rest).toEqual(other);
});

test.each<[CommandName, string, boolean]>([
  ["up", "--stack dev --help", true],
  ["up", "-- --help", false],
  ["exec", "--stack dev --help", true],
  ["exec", "a mc --help", false],
  ["exec", "-s dev a mc -h", false],
  ["lab", "up --help", true],
  ["lab", "exec --help", true],
  ["lab", "exec 1 ls --help", false],
])("%s %s asks for help of the command itself: %s", (name, line, expected) => {
  expect(asksForHelp(name, line.split(" "))).toBe(expected);
});

describe("arguments", () => {
  test("options may be short or long, with their value after a space or an equals sign", () => {
    expect(parseCommandArgs("up", ["-y", "-j", "-s", "dev"])).toMatchObject({ yes: true, json: true, stack: "dev" });
    expect(parseCommandArgs("status", ["--html=a=b.html"]).values).toEqual({ "--html": "a=b.html" });
  });

  test("a flag with a value is forwarded", () => {
    expect(parseCommandArgs("up", ["--yes=false"])).toMatchObject({ yes: false, rest: ["--yes=false"] });
  });

  test.each<[CommandName, string[], string]>([
    ["backup", ["a"], "argument <file>: is missing: see `npm run backup -- --help`"],
    ["recover", [], "argument <host key>: is missing"],
    ["restore", ["a", "file", "more"], 'argument "more": unknown to `npm run restore`'],
    ["stacks", ["--changed-since"], "--changed-since: needs a value"],
    ["upgrade", ["--to", "--dry-run"], "--to: needs a value"],
  ])("%s %j is rejected", (name, argv, message) => expect(() => parseCommandArgs(name, argv)).toThrow(message));
});
