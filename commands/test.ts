// `npm test`: the tests, with everything they need. Arguments go to vitest: `npm test -- test/unit`.
import { join } from "node:path";
import { ensureEngine } from "../toolchain/docker-engine.ts";
import { buildImage } from "../toolchain/minio-image.ts";
import { readIfThere, ROOT } from "../toolchain/cache.ts";
import { print, say } from "../toolchain/progress.ts";
import { runAttached } from "../toolchain/run.ts";
import { inTemporaryFolder } from "../toolchain/temporary.ts";
import { type FileReport, REPORT_VARIABLE } from "../toolchain/test-reporter.ts";
import { errorText } from "../components/shared/error-text.ts";
import { ONE_OF_EACH_VARIABLE } from "../test/integration/one-of-each.ts";
import { main } from "./support/main.ts";
import { ensureToolchain } from "./support/pulumi.ts";
import { PREPARED_PROJECTS, type PreparedProject } from "./support/test-projects.ts";
import { TEST_USAGE, testArguments, testPlan } from "./test/arguments.ts";
import { durationLines } from "./test/durations.ts";
import { testOutcome } from "./test/outcome.ts";

await main(() => {
  const given = testArguments(process.argv.slice(2));
  if (given.help) return Promise.resolve(print(TEST_USAGE));
  return inTemporaryFolder("pulumi-swarm-test-", async (folder) => {
    const { prepared, missing, args } = testPlan(given, PREPARED_PROJECTS);
    await prepare(prepared);
    const report = join(folder, "report.json");
    const env = { ...process.env, [REPORT_VARIABLE]: report, ...(!given.full && { [ONE_OF_EACH_VARIABLE]: "1" }) };
    const code = await runAttached(process.execPath, vitest(args), env, ROOT);
    const text = readIfThere(report);
    const files = text === undefined ? undefined : (JSON.parse(text) as FileReport[]);
    if (given.durations) for (const line of durationLines(files ?? [])) print(line);
    const { lines, exitCode } = testOutcome(files, missing, code);
    for (const line of lines) print(line);
    return exitCode;
  });
});

/** The toolchain, an engine and the image, in advance: a first build must not run against a test's time limit. */
async function prepare(projects: readonly PreparedProject[]): Promise<void> {
  await ensureToolchain();
  for (const project of projects) await project.prepare();
  try {
    await buildImage(await ensureEngine());
  } catch (error) {
    say(`no Docker Engine for the tests: ${errorText(error)}`);
  }
}

function vitest(args: readonly string[]): string[] {
  const reporters = ["default", join(ROOT, "toolchain", "test-reporter.ts")];
  const program = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  return [program, "run", ...reporters.map((reporter) => `--reporter=${reporter}`), ...args];
}
