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
const PACK = ["--policy-pack", join(ROOT, "policy", "pack", "run")];

let stack: TestStack | undefined;
afterEach(() => stack?.remove());

/** Runs a preview with the policies, without engines: the addresses are unreachable. */
async function preview(sound: boolean, config?: object): Promise<PreviewReport> {
  stack = await TestStack.create({ project: PROJECT, config: { sound } });
  if (!config) return previewReport(await stack.previewRun(PACK));
  const file = join(stack.folder, "policies.json");
  writeFileSync(file, JSON.stringify(config));
  return previewReport(await stack.previewRun([...PACK, "--policy-pack-config", file]));
}

const violations = ({ policies }: PreviewReport) =>
  policies.map(({ policy, resource }) => `${policy}: ${resource}`).toSorted();

test("the policies report nothing for a compliant stack", async () => {
  const report = await preview(true);
  expect(violations(report)).toEqual([]);
  expect(report.succeeded).toBe(true);
});

test("each policy reports its violations and fails the preview, and the comment shows a caution", async () => {
  const report = await preview(false);
  expect(violations(report)).toEqual([
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

test("the configuration makes them advisory, and exempts development stacks from some", async () => {
  const others = RULES.filter(({ outsideDevelopment }) => outsideDevelopment).map(({ name }) => name);
  const development = { developmentStacks: ["test"] };
  const report = await preview(false, {
    all: "advisory",
    ...Object.fromEntries(others.map((name) => [name, development])),
  });
  const applied = RULES.map(({ name }) => name).filter((name) => !others.includes(name));
  expect(new Set(report.policies.map(({ policy }) => policy))).toEqual(new Set(applied));
  expect(new Set(report.policies.map(({ level }) => level))).toEqual(new Set(["advisory"]));
  expect(report.succeeded).toBe(true);
});

test("the pack's folder starts with the starter that Pulumi's released language hosts use", async () => {
  const starter = join(ROOT, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
  const pack = spawn(process.execPath, [starter, "127.0.0.1:1", "."], { cwd: join(ROOT, "policy", "pack") });
  try {
    // The pack prints its port.
    const [output] = (await once(pack.stdout, "data")) as [Buffer];
    expect(output.toString()).toMatch(/^\d+\n/);
  } finally {
    pack.kill();
  }
});
