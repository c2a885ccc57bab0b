import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Names the file that the skipped tests are written to. */
export const SKIPS_VARIABLE = "PULUMI_SWARM_TEST_SKIPS";

/** One test that did not run. */
export interface Skip {
  test: string;
  /** What `context.skip(reason)` was told. */
  reason?: string;
}

/** Vitest's own reports count skipped tests without their reasons: this one keeps them. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env[SKIPS_VARIABLE];
    if (file) writeFileSync(file, JSON.stringify(modules.flatMap(skipsOf)));
  }
}

function skipsOf(module: TestModule): Skip[] {
  return [...module.children.allTests("skipped")].map((test) => {
    const result = test.result();
    return {
      test: `${module.relativeModuleId} > ${test.fullName}`,
      reason: result.state === "skipped" ? result.note : undefined,
    };
  });
}
