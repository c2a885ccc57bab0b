import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { makeClone, TRACKED } from "./clone.ts";

/** A program that needs no engine, so that only what lies around it is tested. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
export const value = pulumi.output("plain");
export const hidden = pulumi.secret("found-nowhere");
`;
let clone: string;

beforeAll(() => {
  clone = makeClone();
  writeFileSync(join(clone, "index.ts"), PROGRAM);
});

afterAll(() => rmSync(dirname(clone), { recursive: true, force: true }));

/** Runs a line that a user types in the clone. */
function shell(line: string) {
  const env = { ...process.env, PULUMI_CONFIG_PASSPHRASE: "of another project" };
  for (const name of Object.keys(env))
    if (/^(PULUMI_(STACK|HOME|BACKEND|OPTION)|npm_|VITEST)/.test(name)) delete env[name as never];
  const { status, stdout, stderr } = spawnSync("sh", ["-c", line], { cwd: clone, encoding: "utf8", env });
  if (status !== 0) throw new Error(`${line}: code ${status}\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}

const withEnv = (line: string) => shell(`eval "$(npm run -s env)" && ${line}`).stdout;

describe("a clone", () => {
  it("comes up with `npm run up`, which prints the results", () => {
    expect(shell("npm run -s up").stderr).toContain("pulumi stack output --show-secrets rootPassword");
  });

  it("does not change for a plain pulumi under `npm run env`", () => {
    const changes = JSON.parse(withEnv("pulumi preview --json")) as { changeSummary: Record<string, number> };
    expect(changes.changeSummary).toEqual({ same: 1 });
    expect(withEnv("pulumi stack output value").trim()).toBe("plain");
    expect(withEnv("pulumi stack output --show-secrets hidden").trim()).toBe("found-nowhere");
    expect(withEnv("pulumi up --yes --skip-preview")).toContain("1 unchanged");
  });

  it("does not change for `npm run preview`", () => {
    const changes = JSON.parse(shell("npm run -s preview -- --json").stdout) as {
      changeSummary: Record<string, number>;
    };
    expect(changes.changeSummary).toEqual({ same: 1 });
  });

  it("prints nothing but exports, for each shell, and says how far they reach", () => {
    const { stdout, stderr } = shell("npm run -s env");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((line) => !/^(export [A-Za-z_]+=|unset PULUMI_CONFIG_PASSPHRASE$)/.test(line))).toEqual([]);
    expect(stderr).toContain(`in every folder, pulumi then works on stack dev of ${clone}:`);
  });

  it("keeps its tracked files unchanged", () => {
    const text = (folder: string) => TRACKED.map((name) => readFileSync(join(folder, name), "utf8"));
    expect(text(clone)).toEqual(text(ROOT));
  });

  it("makes its state readable only by its owner, and encrypts secrets in it", () => {
    expect(statSync(join(clone, ".state")).mode & 0o777).toBe(0o700);
    const state = join(clone, ".state", "backend", ".pulumi", "stacks", "pulumi-swarm", "dev.json");
    expect(readFileSync(state, "utf8")).not.toContain("found-nowhere");
  });

  it("is destroyed by `npm run down`, which says so", () => {
    shell("npm run -s down");
    const state = join(clone, ".state", "backend", ".pulumi", "stacks", "pulumi-swarm", "dev.json");
    expect(existsSync(state)).toBe(true);
    expect(JSON.parse(readFileSync(state, "utf8"))).not.toHaveProperty("checkpoint.latest.resources.0");
  });

  it.each(["npm run -s down", "npm run -s down -- --delete-data"])("has nothing to remove afterwards: %s", (line) => {
    expect(shell(line).stderr).toContain("nothing of stack dev is left: nothing to remove");
  });
}, 120_000);
