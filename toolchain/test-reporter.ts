import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";
import { say } from "./progress.ts";

/** The environment variable with the path of the report. */
export const REPORT_VARIABLE = "PULUMI_SWARM_TEST_REPORT";

declare module "vitest" {
  interface TaskMeta {
    /** The cases that the test's file omits from this run, and the command that runs them. */
    notRun?: string;
  }
}

export interface TestReport {
  name: string;
  state: "passed" | "failed" | "skipped" | "pending";
  ms: number;
  /** The reason from `context.skip(reason)`. */
  reason?: string;
  notRun?: string;
}

export interface FileReport {
  /** Path relative to the root of the repository. */
  file: string;
  /** "pending" or "queued" if its worker crashed. */
  state: ReturnType<TestModule["state"]>;
  /** Milliseconds of a worker's time: imports, hooks and tests. */
  ms: number;
  /** Errors outside of its tests: in a hook, or while the file was loaded. */
  errors: string[];
  tests: TestReport[];
}

/**
 * Prints each failure at once, so that a long run can be followed; vitest prints failures at the end. Writes a report
 * with data that vitest's own reports lack: the reasons of skips, and the time of hooks.
 */
export default class TestReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    sayFailure(`${test.module.relativeModuleId} > ${test.fullName}`, test.result().errors ?? []);
  }

  onTestSuiteResult(suite: TestSuite): void {
    sayFailure(`${suite.module.relativeModuleId} > ${suite.fullName}`, suite.errors());
  }

  onTestModuleEnd(module: TestModule): void {
    sayFailure(module.relativeModuleId, module.errors());
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env[REPORT_VARIABLE];
    if (file) writeFileSync(file, JSON.stringify(modules.map(fileReport)));
  }
}

function sayFailure(where: string, errors: readonly SerializedError[]): void {
  for (const { message, stack, diff } of errors) {
    const text = [stack?.includes(message) ? stack : message, diff].filter(Boolean).join("\n");
    say(`FAILED ${where}\n${stripVTControlCharacters(text).replace(/^/gm, "  ")}`);
  }
}

function fileReport(module: TestModule): FileReport {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } = module.diagnostic();
  const parts = [module, ...module.children.allSuites()];
  return {
    file: module.relativeModuleId,
    state: module.state(),
    ms: environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration,
    errors: parts.flatMap((part) => part.errors()).map(({ message }) => message),
    tests: [...module.children.allTests()].map(testReport),
  };
}

function testReport(test: TestCase): TestReport {
  const result = test.result();
  return {
    name: test.fullName,
    state: result.state,
    ms: test.diagnostic()?.duration ?? 0,
    ...(result.state === "skipped" && { reason: result.note }),
    notRun: test.meta().notRun,
  };
}
