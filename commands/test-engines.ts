// `npm run test:engines`: runs the tests that depend on the version of Docker Engine, on each version.
import { join } from "node:path";
import { print } from "../toolchain/progress.ts";
import { ENGINE_VARIABLE, ensureEngineLayers } from "../lab/engines.ts";
import { renderTable } from "./lib/table.ts";
import { main } from "./lib/main.ts";
import { requestedProjects, OPTIONAL_PROJECTS } from "./lib/test-projects.ts";
import { matrixArguments, type MatrixRun, matrixTable, TOGETHER } from "./test/engine-matrix.ts";
import { testOutcome } from "./test/outcome.ts";
import { prepareTests, runVitest } from "./test/vitest.ts";

await main(async () => {
  const { engines, files, together } = matrixArguments(process.argv.slice(2));
  const meeting = ["--project=engines"];
  await prepareTests(together ? requestedProjects(OPTIONAL_PROJECTS, meeting) : []);
  const runs: MatrixRun[] = [];
  const closing: string[] = [];
  let worst = 0;
  const on = async (name: string, args: readonly string[], env: NodeJS.ProcessEnv) => {
    const run = await runVitest(args, env);
    const { lines, exitCode } = testOutcome(run.files, [], run.code);
    runs.push({ name, files: run.files ?? [] });
    closing.push(...lines.map((line) => `${name}: ${line}`));
    worst = Math.max(worst, exitCode);
  };
  const paths = files.map((name) => join("test", "integration", `${name}.test.ts`));
  for (const engine of paths.length > 0 ? engines : []) {
    await ensureEngineLayers(engine);
    await on(engine, ["--project=integration", ...paths], { [ENGINE_VARIABLE]: engine });
  }
  if (together) await on(TOGETHER, meeting, {});
  const { head, rows } = matrixTable(runs);
  print(renderTable(head, rows));
  for (const line of closing) print(line);
  return worst;
});
