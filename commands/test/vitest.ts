import { join } from "node:path";
import { errorMessage } from "../../engine/error-message.ts";
import { readIfExists, ROOT } from "../../toolchain/cache.ts";
import { ensureEngine } from "../../toolchain/docker-engine.ts";
import { ensureMinioImage } from "../../toolchain/minio-image.ts";
import { say } from "../../toolchain/progress.ts";
import { runAttached } from "../../toolchain/run.ts";
import { withTemporaryFolder } from "../../toolchain/temporary-files.ts";
import { type FileReport, REPORT_VARIABLE } from "../../toolchain/test-reporter.ts";
import { ensureToolchain } from "../lib/pulumi.ts";
import type { OptionalProject } from "../lib/test-projects.ts";

/** Prepares the toolchain, an engine and the image, so that a first build does not use up a test's time limit. */
export async function prepareTests(projects: readonly OptionalProject[]): Promise<void> {
  await ensureToolchain();
  for (const project of projects) await project.prepare();
  try {
    await ensureMinioImage(await ensureEngine());
  } catch (error) {
    say(`no Docker Engine for the tests: ${errorMessage(error)}`);
  }
}

export interface VitestRun {
  /** The report on each file; undefined if vitest did not write it. */
  files: FileReport[] | undefined;
  /** Vitest's exit code. */
  code: number;
}

/** Runs vitest on this terminal. */
export function runVitest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<VitestRun> {
  return withTemporaryFolder("pulumi-swarm-test-", async (folder) => {
    const report = join(folder, "report.json");
    const reporters = ["default", join(ROOT, "toolchain", "test-reporter.ts")];
    const program = join(ROOT, "node_modules", "vitest", "vitest.mjs");
    const all = [program, "run", ...reporters.map((reporter) => `--reporter=${reporter}`), ...args];
    const code = await runAttached(process.execPath, all, { ...process.env, ...env, [REPORT_VARIABLE]: report }, ROOT);
    const text = readIfExists(report);
    return { files: text === undefined ? undefined : (JSON.parse(text) as FileReport[]), code };
  });
}
