import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { previewComment } from "../../commands/preview-pr/comment.ts";
import { type PreviewReport, previewReport } from "../../commands/preview-pr/report.ts";
import { RULES } from "../../policy/rules.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { TestStack } from "./stack.ts";

const PROJECT = join(ROOT, "test", "integration", "programs", "policies");
const PACK = ["--policy-pack", join(ROOT, "policy", "run")];

let stack: TestStack | undefined;
afterEach(() => stack?.remove());

/** A preview under the policies. No engine is asked: it is known beforehand that none answers. */
async function preview(sound: boolean, config?: object): Promise<PreviewReport> {
  stack = await TestStack.create({ project: PROJECT, config: { sound } });
  if (!config) return previewReport(await stack.previewRun(PACK));
  const file = join(stack.folder, "policies.json");
  writeFileSync(file, JSON.stringify(config));
  return previewReport(await stack.previewRun([...PACK, "--policy-pack-config", file]));
}

const found = ({ policies }: PreviewReport) =>
  policies.map(({ policy, resource }) => `${policy}: ${resource}`).toSorted();

test("the policies find nothing in a stack that is sound", async () => {
  const report = await preview(true);
  expect(found(report)).toEqual([]);
  expect(report.succeeded).toBe(true);
});

test("each finds in another what it is there for, and stops the run; the comment says so in red", async () => {
  const report = await preview(false);
  expect(found(report)).toEqual([
    "encrypted-overlay: network-network",
    "image-by-digest: web",
    "no-default-credentials: store-credentials",
    "no-default-credentials: web",
    "no-unguarded-ports: other-store",
    "no-unguarded-ports: store-main",
    "no-world-open-ports: group",
    "odd-managers: swarm",
    "protected-data: data",
    "protected-data: web",
    "tls-outside-dev: other-store",
    "tls-outside-dev: store-main",
  ]);
  expect(new Set(report.policies.map(({ policy }) => policy))).toEqual(new Set(RULES.map(({ name }) => name)));
  expect(new Set(report.policies.map(({ level }) => level))).toEqual(new Set(["mandatory"]));
  expect(report.succeeded).toBe(false);
  expect(previewComment([report])).toMatch(/> \[!CAUTION\]\n> - \*\*Policies\*\*/);
});

test("the config makes them advice, and tells which stacks are of development: these are left alone by some", async () => {
  const others = RULES.filter(({ outsideDevelopment }) => outsideDevelopment).map(({ name }) => name);
  const development = { developmentStacks: ["test"] };
  const report = await preview(false, {
    all: "advisory",
    ...Object.fromEntries(others.map((name) => [name, development])),
  });
  const left = RULES.map(({ name }) => name).filter((name) => !others.includes(name));
  expect(new Set(report.policies.map(({ policy }) => policy))).toEqual(new Set(left));
  expect(new Set(report.policies.map(({ level }) => level))).toEqual(new Set(["advisory"]));
  expect(report.succeeded).toBe(true);
});

test("as a folder they start with what the language hosts of Pulumi's releases start packs with", async () => {
  const starter = join(ROOT, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
  const pack = spawn(process.execPath, [starter, "127.0.0.1:1", "."], { cwd: join(ROOT, "policy") });
  try {
    // The port on which it answers.
    const [said] = (await once(pack.stdout, "data")) as [Buffer];
    expect(said.toString()).toMatch(/^\d+\n/);
  } finally {
    pack.kill();
  }
});
