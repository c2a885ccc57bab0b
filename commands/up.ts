// `npm run up`: prepares this machine, creates or updates a stack, waits until it is healthy, and prints its endpoints.
import { print, progress, say } from "../toolchain/progress.ts";
import { exportedStack } from "./lib/recorded-stack.ts";
import { collectSnapshot } from "./status/collect.ts";
import { type StatusReport, statusReport } from "./status/model.ts";
import { renderStatus } from "./status/render.ts";
import { waitUntilHealthy } from "./status/wait-until-healthy.ts";
import { recordedStack } from "./status/stack.ts";
import { npmRun, parseCommandArgs } from "./lib/args.ts";
import { effectiveConfig } from "./lib/config.ts";
import { confirmExposure, exposureFromConfig } from "./lib/exposure.ts";
import { distributeInBackground } from "./lib/distribute-image.ts";
import { main } from "./lib/main.ts";
import { readOutputs, formatSummary } from "./lib/outputs.ts";
import { prepare } from "./lib/prepare.ts";
import { runPulumi, type Session } from "./lib/pulumi.ts";
import { isEmptyState, readCheckpoint } from "./lib/state.ts";
import { stackKind } from "./lib/store-image.ts";
import { upArguments } from "./lib/up-arguments.ts";

/** Makes Pulumi print the preview as events, one per line, like the update; otherwise there would be two documents. */
const STREAMING_PREVIEW = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };

await main(async () => {
  const { stack, yes, json, rest } = parseCommandArgs("up");
  const { session, image, engine } = await prepare(stack, { yes });
  const canAsk = process.stdin.isTTY === true && process.stderr.isTTY === true;
  if (engine) await confirmExposure(session, engine, canAsk && !yes && !json);
  const isEmpty = isEmptyState(readCheckpoint(session.state, stack).resources ?? []);
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.on("SIGINT", interrupt);
  const bringing = image && distributeInBackground(image);
  const env = { ...session.env, ...(json && STREAMING_PREVIEW) };
  const code = await runPulumi({ ...session, env }, upArguments({ isEmpty, isTerminal, yes, json, rest }));
  await bringing?.stop();
  // From here on, Ctrl-C ends the command, because it only reads.
  process.removeListener("SIGINT", interrupt);
  if (interrupted.signal.aborted) {
    say(`interrupted: \`${npmRun("up", stack)}\` continues; \`${npmRun("down", stack)}\` removes what was created`);
    return code || 130;
  }
  const report = code === 0 ? await waitForHealth(session) : await waitForHealth(session, 0).catch(() => undefined);
  const isHealthy = report === undefined || report.problems.length === 0;
  if (json && report) print(JSON.stringify({ status: report }));
  if (!isHealthy) {
    if (!json) print(`\n${renderStatus(report)}`);
    say(`error: stack ${stack} is not healthy: ${report.problems[0]}; check again with \`${npmRun("status", stack)}\``);
  }
  if (code !== 0) return code;
  if (!isHealthy) return 1;
  const exposure = exposureFromConfig(effectiveConfig(session.state, stack), engine !== undefined);
  if (!json) say(`\n${formatSummary(await readOutputs(session), stack, exposure)}`);
});

/**
 * Returns the report of `npm run status`; undefined for a stack that it does not support.
 *
 * @param limitMs how long the stack may take to become healthy
 */
async function waitForHealth(
  { state, stack, ...session }: Session,
  limitMs?: number,
): Promise<StatusReport | undefined> {
  if (stackKind(state, stack) === "kubernetes") return undefined;
  // After a failed run, `limitMs` is 0, and nothing waits.
  return progress(
    limitMs === 0 ? "inspecting the stack" : "waiting until the stack is healthy",
    async (showProgress) => {
      const recorded = recordedStack(await exportedStack({ ...session, state, stack }), state.projectName, stack);
      return (
        recorded && waitUntilHealthy(async () => statusReport(await collectSnapshot(recorded)), showProgress, limitMs)
      );
    },
  );
}
