import type { FileReport } from "../../toolchain/test-reporter.ts";

export interface TestOutcome {
  /** Skipped and failed parts of the run with their reasons; the last line is the count. */
  lines: string[];
  exitCode: number;
}

/**
 * Returns the outcome of a run from the report on its files, which is undefined if vitest did not write it.
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
  // Only vitest's exit code reports an error outside of tests, a run without tests, or a crash.
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

/** Counts a file that cannot be loaded, or with a crashed worker, as one failure: it has no test that could fail. */
function isBroken({ state, tests }: FileReport): boolean {
  return state !== "passed" && state !== "skipped" && !tests.some((test) => test.state === "failed");
}
