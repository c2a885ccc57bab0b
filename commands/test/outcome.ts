import type { FileReport } from "../../toolchain/test-reporter.ts";

export interface TestOutcome {
  /** What did not run and why, and the count as the last one. */
  lines: string[];
  exitCode: number;
}

/**
 * What a run came to, from the report of its files, or undefined when vitest did not come to write one.
 *
 * @param code vitest's exit code
 */
export function testOutcome(
  files: readonly FileReport[] | undefined,
  missing: readonly { name: string; reason: string }[],
  code: number,
): TestOutcome {
  const tests = (files ?? []).flatMap(({ file, tests }) => tests.map((test) => ({ file, ...test })));
  const count = (state: string) => tests.filter((test) => test.state === state).length;
  const broken = (files ?? [])
    .filter(isBroken)
    .map(({ file, errors }) => `${file}: ${errors[0] ?? "it did not finish"}`);
  // An error outside of any test, no test at all, a crash: vitest's own exit code says so, and no test does.
  if (code !== 0 && count("failed") + broken.length === 0) broken.push(`vitest ended with code ${code}: see above`);
  const skipped = tests.filter(({ state }) => state === "skipped");
  const failed = count("failed") + broken.length;
  return {
    lines: [
      ...missing.map(({ name, reason }) => `not run: ${name}: ${reason}`),
      ...tests.flatMap(({ file, notRun }) => (notRun === undefined ? [] : [`not run: ${file}: ${notRun}`])),
      ...broken.map((line) => `failed: ${line}`),
      ...skipped.map(({ file, name, reason }) => `skipped: ${file} > ${name}: ${reason ?? "no reason given"}`),
      `${count("passed")} passed, ${failed} failed, ${skipped.length} skipped`,
    ],
    exitCode: failed > 0 ? 1 : code,
  };
}

/** A file that cannot be loaded, or whose worker crashed, has no test that could fail. */
function isBroken({ state, tests }: FileReport): boolean {
  return state !== "passed" && state !== "skipped" && !tests.some((test) => test.state === "failed");
}
