import { expect, test } from "vitest";
import { matrixArguments, matrixTable } from "../../../commands/test/engine-matrix.ts";
import type { FileReport, TestReport } from "../../../toolchain/test-reporter.ts";

const EVERY_FILE =
  "lifecycle service drift networks ssh-engine firewall preflight members secrets commands upgrade".split(" ");

test.each<[string[], string[], string[], boolean]>([
  [[], ["29", "28.5", "26.1", "20.10"], EVERY_FILE, true],
  [["--engine", "26.1,29"], ["29", "26.1"], EVERY_FILE, false],
  [["--engine=29", "lifecycle"], ["29"], ["lifecycle"], false],
  [["drift", "service"], ["29", "28.5", "26.1", "20.10"], ["service", "drift"], false],
  [["together"], ["29", "28.5", "26.1", "20.10"], [], true],
  [["together", "upgrade", "--engine", "28.5"], ["28.5"], ["upgrade"], true],
])("arguments %j", (argv, engines, files, together) => {
  expect(matrixArguments(argv)).toEqual({ engines, files, together });
});

test.each([
  [["--engine", "27"], '--engine "27": must be one of 29, 28.5, 26.1, 20.10'],
  [["lifecycles"], 'file "lifecycles": must be one of lifecycle, service,'],
  [["--engines", "29"], 'option "--engines": unknown to `npm run test:engines`: see `npm run test:engines -- --help`'],
])("arguments %j are refused", (argv, message) => expect(() => matrixArguments(argv)).toThrow(message));

function report(name: string, states: TestReport["state"][], more: Partial<FileReport> = {}): FileReport {
  const tests = states.map((state, at) => ({ name: `test ${at}`, state, ms: 1 }));
  const state = states.includes("failed") ? "failed" : "passed";
  return { file: `test/integration/${name}.test.ts`, state, ms: 61_400, errors: [], tests, ...more };
}

test("the table has a row for each file and a column for each engine, with failures and skips", () => {
  const { head, rows } = matrixTable([
    { name: "29", files: [report("upgrade", ["passed", "failed"]), report("drift", ["passed", "passed"])] },
    { name: "28.5", files: [report("drift", ["passed", "skipped"])] },
    { name: "together", files: [report("together", ["passed"], { ms: 400 })] },
  ]);
  expect(head).toEqual(["File", "29", "28.5", "together"]);
  expect(rows).toEqual([
    ["drift", "2 passed, 61 s", "1 passed, 1 skipped, 61 s", ""],
    ["upgrade", "1 passed, 1 failed, 61 s", "", ""],
    ["together", "", "", "1 passed, 0 s"],
    ["all", "3 passed, 1 failed, 123 s", "1 passed, 1 skipped, 61 s", "1 passed, 0 s"],
  ]);
});

test.each<[string, Partial<FileReport>]>([
  ["is broken outside of its tests", { state: "failed", errors: ["a hook failed"] }],
  ["did not finish", { state: "pending" }],
])("a file that %s counts as failed", (_, more) => {
  const { rows } = matrixTable([{ name: "29", files: [report("drift", [], more)] }]);
  expect(rows[0]).toEqual(["drift", "0 passed, 1 failed, 61 s"]);
});
