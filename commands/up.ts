// `npm run up`: from whatever this machine has to a running stack; then where it is reached.
import { say } from "../toolchain/progress.ts";
import { readArgs } from "./support/args.ts";
import { effectiveConfig } from "./support/config.ts";
import { decideExposure, exposureOf } from "./support/exposure.ts";
import { bringLater } from "./support/hosts-image.ts";
import { main } from "./support/main.ts";
import { readOutputs, summary } from "./support/outputs.ts";
import { prepare } from "./support/prepare.ts";
import { pulumiAttached } from "./support/pulumi.ts";
import { readCheckpoint } from "./support/state.ts";

/**
 * With a person at the terminal Pulumi asks; a first run, or a script, goes on by itself. The preview is left out only
 * where there is nothing yet: on what is there, it finds what is refused before anything is touched.
 */
function confirmation(yes: boolean, isEmpty: boolean): string[] {
  if (isEmpty) return ["--yes", "--skip-preview"];
  const asks = process.stdin.isTTY === true && process.stdout.isTTY === true && !yes;
  return asks ? [] : ["--yes"];
}

await main(async () => {
  const { stack, yes, json, rest } = readArgs();
  const { session, image, engine } = await prepare(stack, { yes });
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  if (engine) await decideExposure(session, engine.connection, isTerminal && !yes && !json);
  const isEmpty = (readCheckpoint(session.state, stack).resources ?? []).length === 0;
  const output = json ? ["--json"] : ["--suppress-outputs"];
  const bringing = image && bringLater(image);
  const code = await pulumiAttached(session, ["up", ...confirmation(yes || json, isEmpty), ...output, ...rest]);
  await bringing?.stop();
  if (code !== 0) return code;
  const exposure = exposureOf(effectiveConfig(session.state, stack), engine !== undefined);
  if (!json) say(`\n${summary(await readOutputs(session), stack, exposure)}`);
});
