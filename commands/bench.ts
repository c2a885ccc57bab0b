// `npm run bench`: measures how long operations take, and prints a table. It asserts nothing.
import { benchClone } from "../bench/clone.ts";
import { type EngineState, inspectEngine, refusalReason } from "../bench/guard.ts";
import { stopOnSignal, withCleanup } from "../bench/measure.ts";
import { down, downWithData, up } from "../bench/npm.ts";
import { selectParts } from "../bench/parts.ts";
import { benchPreview } from "../bench/preview.ts";
import { benchReport, type Measurement, renderBench } from "../bench/report.ts";
import { benchUp, runDockerCli } from "../bench/up.ts";
import { resolveLocalEngine } from "../engine/connection.ts";
import { Engine } from "../engine/engine.ts";
import { print, progress } from "../toolchain/progress.ts";
import { canRun } from "../toolchain/run.ts";
import { findStackOutputs } from "./status/stack.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { openState } from "./lib/state.ts";

const COLD = "--cold";

await main(async () => {
  const args = parseCommandArgs("bench");
  const { stack, yes } = args;
  const parts = selectParts(args.rest);
  const cold = args.flags.has(COLD);
  const engine = new Engine(resolveLocalEngine());
  const values = await findStackOutputs(stack);
  const project = openState().projectName;
  const found = await inspectEngine(engine, { project, stack, swarmId: values?.swarmId });
  const destroys = parts.has("up") || parts.has("clone");
  const refusal = refusalReason(found, { destroys, yes });
  if (refusal) throw new Error(refusal);
  stopOnSignal();
  if (found.hasOrphanedBenchmark) await runDockerCli("down");

  const measured: Measurement[] = [];
  const skipped: string[] = [];
  if (parts.has("preview")) {
    measured.push(await progress("measuring previews", () => whileUp(found, () => benchPreview(stack))));
  }
  if (destroys && values) await progress(`taking stack ${stack} down`, () => downWithData(stack));
  if (parts.has("up")) {
    if (await hasTools()) measured.push(...(await progress("measuring up", () => benchUp(engine, project, stack))));
    else skipped.push("up against the docker CLI: `docker` and `curl` must be on PATH");
  }
  if (parts.has("clone")) {
    measured.push(...(await progress("measuring fresh clones", () => benchClone(stack, cold))));
    if (!cold)
      skipped.push(`a fresh clone with empty caches takes several minutes: \`npm run bench -- clone ${COLD}\``);
  }
  const report = benchReport(measured, skipped);
  print(args.json ? JSON.stringify(report, undefined, 2) : renderBench(report));
});

/** Runs `work` while the stack is up. A stack that was down is destroyed again, and keeps data that it had before. */
function whileUp<T>({ stack, stackSwarmId, volumes }: EngineState, work: () => Promise<T>): Promise<T> {
  if (stackSwarmId !== undefined) return work();
  const downCommand = volumes.length > 0 ? down : downWithData;
  return withCleanup(
    async () => {
      await up(stack);
      return await work();
    },
    () => downCommand(stack),
  );
}

async function hasTools(): Promise<boolean> {
  return (await canRun("docker", ["--version"])) && (await canRun("curl", ["--version"]));
}
