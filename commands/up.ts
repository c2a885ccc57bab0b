// `npm run up`: from whatever this machine has to a running stack; then where it is reached.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../toolchain/cache.ts";
import { say } from "../toolchain/progress.ts";
import { readArgs } from "./support/args.ts";
import { main } from "./support/main.ts";
import { readOutputs, summary } from "./support/outputs.ts";
import { prepare } from "./support/prepare.ts";
import { pulumiAttached } from "./support/pulumi.ts";

/**
 * With a person at the terminal Pulumi asks; a first run, or a script, goes on by itself. The preview is left out only
 * where there is nothing yet: on what is there, it finds what is refused before anything is touched.
 */
function confirmation(yes: boolean, first: boolean): string[] {
  const asks = process.stdin.isTTY === true && process.stdout.isTTY === true && !yes && !first;
  if (asks) return [];
  return first ? ["--yes", "--skip-preview"] : ["--yes"];
}

await main(async () => {
  const { stack, yes, json, rest } = readArgs();
  const first = !existsSync(join(ROOT, ".state", "backend", ".pulumi"));
  const { session } = await prepare(stack, { yes });
  const output = json ? ["--json"] : ["--suppress-outputs"];
  const code = await pulumiAttached(session, ["up", ...confirmation(yes || json, first), ...output, ...rest]);
  if (code !== 0) return code;
  if (!json) say(`\n${summary(await readOutputs(session))}`);
});
