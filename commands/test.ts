// `npm test`: all tests, with everything they need. Arguments go to vitest: `npm test -- test/unit`.
import { join } from "node:path";
import { ensureEngine } from "../toolchain/docker-engine.ts";
import { buildImage } from "../toolchain/minio-image.ts";
import { readIfThere, ROOT } from "../toolchain/cache.ts";
import { print, say } from "../toolchain/progress.ts";
import { runAttached } from "../toolchain/run.ts";
import { type Skip, SKIPS_VARIABLE } from "../toolchain/skip-reporter.ts";
import { inTemporaryFolder } from "../toolchain/temporary.ts";
import { errorText } from "../components/shared/error-text.ts";
import { main } from "./support/main.ts";
import { ensureToolchain } from "./support/pulumi.ts";
import { askedFor, leftOut, PREPARED_PROJECTS } from "./support/test-projects.ts";

/** Tells the tests that need an engine why there is none: they skip with this reason. */
const NO_ENGINE_VARIABLE = "PULUMI_SWARM_TEST_NO_ENGINE";

/** What is read of vitest's JSON report. */
interface Report {
  testResults: { status: string; name: string; message: string; assertionResults: { status: string }[] }[];
}

await main(() =>
  inTemporaryFolder("pulumi-swarm-test-", async (folder) => {
    const args = process.argv.slice(2);
    const missing = namesProject(args) ? [] : leftOut(PREPARED_PROJECTS);
    const env = { ...process.env, ...(await needs(args)), [SKIPS_VARIABLE]: join(folder, "skips.json") };
    const code = await runAttached(process.execPath, vitest(join(folder, "report.json"), args, missing), env, ROOT);
    for (const { name, reason } of missing) print(`not run: ${name}: ${reason}`);
    return tell(folder, code);
  }),
);

/** The toolchain, an engine and the image, in advance: a first build must not run against a test's time limit. */
async function needs(args: string[]): Promise<NodeJS.ProcessEnv> {
  await ensureToolchain();
  for (const project of askedFor(PREPARED_PROJECTS, args)) await project.prepare();
  try {
    await buildImage(await ensureEngine());
    return {};
  } catch (error) {
    const reason = errorText(error);
    say(`no Docker Engine for the tests: ${reason}`);
    return { [NO_ENGINE_VARIABLE]: reason };
  }
}

function vitest(report: string, args: string[], missing: readonly { name: string }[]): string[] {
  const reporters = ["default", "json", join(ROOT, "toolchain", "skip-reporter.ts")];
  return [
    join(ROOT, "node_modules", "vitest", "vitest.mjs"),
    ...["run", ...reporters.map((reporter) => `--reporter=${reporter}`), `--outputFile.json=${report}`],
    ...(namesProject(args) ? args : [...without("machines", ...missing.map(({ name }) => name)), ...args]),
  ];
}

/** Vitest's arguments that leave projects out. Emulated machines take their time, and always are: `npm run test:machines`. */
function without(...projects: string[]): string[] {
  return projects.map((project) => `--project=!${project}`);
}

function namesProject(args: string[]): boolean {
  return args.some((arg) => arg.startsWith("--project"));
}

/** Prints every skip with its reason and the closing line; gives back the command's exit code. */
function tell(folder: string, code: number): number {
  const report = read<Report>(folder, "report.json") ?? { testResults: [] };
  const skips = read<Skip[]>(folder, "skips.json") ?? [];
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  const broken = report.testResults.filter(isBroken).map(({ name, message }) => `${name}: ${message}`);
  // An error outside of any test, no test at all, a crash: vitest's own exit code says so, and no test does.
  if (code !== 0 && count("failed") + broken.length === 0) broken.push(`vitest ended with code ${code}: see above`);
  for (const line of broken) print(`failed: ${line}`);
  for (const { test, reason } of skips) print(`skipped: ${test}: ${reason ?? "no reason given"}`);
  const failed = count("failed") + broken.length;
  print(`${count("passed")} passed, ${failed} failed, ${skips.length} skipped`);
  return failed > 0 ? 1 : code;
}

/** A file that cannot be loaded has no test that could fail. */
function isBroken({ status, assertionResults }: Report["testResults"][number]): boolean {
  return status === "failed" && !assertionResults.some((test) => test.status === "failed");
}

/** What vitest wrote, or undefined when it did not come to that. */
function read<T>(folder: string, file: string): T | undefined {
  const text = readIfThere(join(folder, file));
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
