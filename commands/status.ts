import { progress } from "../toolchain/progress.ts";
import { collect } from "./status/collect.ts";
import { statusReport } from "./status/model.ts";
import { renderStatus } from "./status/render.ts";
import { readHosts, readStack } from "./status/stack.ts";
import { assertNoRest, readArgs } from "./support/args.ts";
import { main } from "./support/main.ts";

/** `npm run status`: the hosts, the network, the services with their tasks, and the store. Ends with 1 if something is wrong. */
await main(async () => {
  const args = readArgs();
  assertNoRest(args, "npm run status [-- --stack dev] [--json]");
  const report = await progress("asking the hosts", async () => {
    const stack = await readStack(args.stack);
    return statusReport(await collect(await readHosts(stack), stack));
  });
  console.log(args.json ? JSON.stringify(report, undefined, 2) : renderStatus(report));
  return report.problems.length === 0 ? 0 : 1;
});
