import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { type FileReport, REPORT_VARIABLE } from "../../toolchain/test-reporter.ts";

const FILES = {
  "mixed.test.mjs": `
    test("passes", { meta: { notRun: "1 of 2 cases" } }, () => {});
    test("is skipped", ({ skip }) => skip("no engine"));
    test("fails", () => expect("is").toBe("wanted"));`,
  "hook.test.mjs": `
    describe("a suite", () => {
      beforeAll(async () => {
        await new Promise((done) => setTimeout(done, 200));
        throw new Error("no lab");
      });
      test("never starts", () => {});
    });`,
  "unloaded.test.mjs": `throw new Error("cannot be loaded");`,
};

let folder: string;
let said: string;
let report: FileReport[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-test-reporter-"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  const file = join(folder, "report.json");
  const reporter = join(ROOT, "toolchain", "test-reporter.ts");
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const args = ["run", "--root", folder, "--globals", "--no-cache", "--reporter", reporter];
  const { VITEST: _vitest, ...env } = process.env;
  const { stderr } = spawnSync(process.execPath, [vitest, ...args], {
    cwd: folder,
    env: { ...env, [REPORT_VARIABLE]: file },
    encoding: "utf8",
  });
  said = stderr;
  report = JSON.parse(readFileSync(file, "utf8")) as FileReport[];
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reportOf = (file: string) => report.find((each) => each.file === file);

test("tests are reported with their state, the reason of a skip, and omitted cases", () => {
  expect(reportOf("mixed.test.mjs")).toMatchObject({
    state: "failed",
    errors: [],
    tests: [
      { name: "passes", state: "passed", notRun: "1 of 2 cases" },
      { name: "is skipped", state: "skipped", reason: "no engine" },
      { name: "fails", state: "failed" },
    ],
  });
});

test("errors outside of tests are reported with their file", () => {
  expect(reportOf("hook.test.mjs")).toMatchObject({ state: "failed", errors: ["no lab"] });
  expect(reportOf("unloaded.test.mjs")).toMatchObject({ state: "failed", errors: ["cannot be loaded"], tests: [] });
});

test("the time of a file includes its hooks", () => {
  const { ms = 0, tests = [] } = reportOf("hook.test.mjs") ?? {};
  expect(ms).toBeGreaterThanOrEqual(199);
  expect(tests.map((each) => each.ms)).toEqual([0]);
});

test.each([
  [/^FAILED mixed\.test\.mjs > fails$/m, "expected 'is' to be 'wanted'"],
  [/^FAILED hook\.test\.mjs > a suite$/m, "no lab"],
  [/^FAILED unloaded\.test\.mjs$/m, "cannot be loaded"],
])("%s is printed with its reason", (title, reason) => {
  const from = said.search(title);
  expect(from, said).toBeGreaterThanOrEqual(0);
  expect(said.slice(from, from + 300)).toContain(reason);
});
