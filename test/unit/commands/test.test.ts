import { describe, expect, test } from "vitest";
import type { OptionalProject } from "../../../commands/lib/test-projects.ts";
import { testArguments, testPlan } from "../../../commands/test/arguments.ts";
import { durationLines } from "../../../commands/test/durations.ts";
import { testOutcome } from "../../../commands/test/outcome.ts";
import type { FileReport, TestReport } from "../../../toolchain/test-reporter.ts";

function fileOf(file: string, ms: number, tests: Partial<TestReport>[], more: Partial<FileReport> = {}): FileReport {
  const full = tests.map((given, index) => ({ name: `t${index + 1}`, state: "passed" as const, ms: 0, ...given }));
  return { file, state: "passed", ms, errors: [], tests: full, ...more };
}

describe("arguments", () => {
  test.each<[string[], Partial<ReturnType<typeof testArguments>>]>([
    [[], { full: false, durations: false, rest: [] }],
    [["--full", "test/unit", "--durations"], { full: true, durations: true, rest: ["test/unit"] }],
    [["-t", "drift", "--bail=1"], { full: false, durations: false, rest: ["-t", "drift", "--bail=1"] }],
    [["--fullest"], { full: false, rest: ["--fullest"] }],
  ])("%j", (argv, expected) => expect(testArguments(argv)).toMatchObject(expected));
});

describe("the projects that run", () => {
  const project = (name: string, reason?: string): OptionalProject => ({
    name,
    skipReason: () => reason,
    prepare: () => Promise.resolve(),
  });
  const missing = { name: "missing", reason: "it is not built: `npm run test:missing` runs it" };
  const projects = [project("there"), project(missing.name, missing.reason)];

  test.each([
    [["test/unit"], [], [missing], ["--project=!missing", "test/unit"]],
    [["--full", "test/unit"], ["there", "missing"], [], ["test/unit"]],
    [["--project", "missing"], ["missing"], [], ["--project", "missing"]],
    [["--full", "--project=there"], ["there"], [], ["--project=there"]],
  ])("with %j", (argv, prepared, left, args) => {
    const plan = testPlan(testArguments(argv), projects);
    expect({ ...plan, prepared: plan.prepared.map(({ name }) => name) }).toEqual({ prepared, missing: left, args });
  });
});

describe("the outcome", () => {
  const good = fileOf("good.test.ts", 1, [{}, {}]);
  const bad = fileOf("bad.test.ts", 1, [{}, { state: "failed" }], { state: "failed", errors: ["of a hook"] });
  const unloaded = fileOf("unloaded.test.ts", 1, [], { state: "failed", errors: ["no such module"] });
  const crashed = fileOf("crashed.test.ts", 1, [{ state: "pending" }], { state: "pending" });
  const skipping = fileOf("skipping.test.ts", 1, [{ state: "skipped", reason: "not root" }, { state: "skipped" }]);
  const reduced = fileOf("reduced.test.ts", 1, [{ notRun: "8 of 14 moments" }]);

  test.each<[string, FileReport[] | undefined, number, string[], number]>([
    ["all pass", [good], 0, ["2 passed, 0 failed, 0 skipped"], 0],
    ["a test fails", [good, bad], 1, ["3 passed, 1 failed, 0 skipped"], 1],
    [
      "a file cannot be loaded",
      [good, unloaded],
      1,
      ["failed: unloaded.test.ts: no such module", "2 passed, 1 failed, 0 skipped"],
      1,
    ],
    [
      "a worker crashes",
      [crashed],
      1,
      ["failed: crashed.test.ts: it did not finish", "0 passed, 1 failed, 0 skipped"],
      1,
    ],
    [
      "vitest fails by itself",
      [good],
      1,
      ["failed: vitest ended with code 1: see above", "2 passed, 1 failed, 0 skipped"],
      1,
    ],
    [
      "vitest writes no report",
      undefined,
      134,
      ["failed: vitest ended with code 134: see above", "0 passed, 1 failed, 0 skipped"],
      1,
    ],
    [
      "tests are skipped",
      [skipping],
      0,
      [
        "skipped: skipping.test.ts > t1: not root",
        "skipped: skipping.test.ts > t2: no reason given",
        "0 passed, 0 failed, 2 skipped",
      ],
      0,
    ],
    [
      "cases are left out",
      [reduced],
      0,
      ["not run: reduced.test.ts: 8 of 14 moments", "1 passed, 0 failed, 0 skipped"],
      0,
    ],
  ])("when %s", (_what, files, code, lines, exitCode) => {
    expect(testOutcome(files, [], code)).toEqual({ lines, exitCode });
  });

  test("lists the omitted projects first, and the counts last", () => {
    const { lines } = testOutcome([reduced], [{ name: "aws", reason: "no plugin" }], 0);
    expect(lines).toEqual([
      "not run: aws: no plugin",
      "not run: reduced.test.ts: 8 of 14 moments",
      "1 passed, 0 failed, 0 skipped",
    ]);
  });
});

test("durations list files and tests, slowest first, with the short ones in one line", () => {
  const files = [
    fileOf("quick.test.ts", 600, [{ ms: 200 }, { ms: 300 }]),
    fileOf("slow.test.ts", 61_500, [{ ms: 1000 }, { ms: 59_960 }, { ms: 30 }]),
    fileOf("hooks.test.ts", 3000, [{ ms: 5 }]),
  ];
  expect(durationLines(files)).toEqual([
    "time of files:",
    "    61.5 s  slow.test.ts (3 tests)",
    "     3.0 s  hooks.test.ts (1 tests)",
    "     0.6 s  1 files of less than a second each",
    "time of tests:",
    "    60.0 s  slow.test.ts > t2",
    "     1.0 s  slow.test.ts > t1",
    "     0.5 s  4 tests of less than a second each",
    "all files together: 1.1 min of worker time",
  ]);
});

test("durations are empty without files", () => {
  expect(durationLines([])).toEqual(["time of files:", "time of tests:", "all files together: 0.0 min of worker time"]);
});
