import { resolve } from "node:path";
import { writeIfChanged } from "../toolchain/cache.ts";
import { print, progress, say } from "../toolchain/progress.ts";
import { statusArguments } from "./status/arguments.ts";
import { collectSnapshot } from "./status/collect.ts";
import { statusPage } from "./status/html/page.ts";
import { statusReport } from "./status/model.ts";
import { renderStatus } from "./status/render.ts";
import { readRecordedStack } from "./status/stack.ts";
import { main } from "./lib/main.ts";

/**
 * `npm run status`: prints the hosts, the network, the services with their tasks, and the store. `--html` also writes
 * them as a page. Exits with 1 if there is a problem.
 */
await main(async () => {
  const args = statusArguments(process.argv.slice(2));
  const report = await progress("inspecting the hosts", async () => {
    return statusReport(await collectSnapshot(await readRecordedStack(args.stack)));
  });
  print(args.json ? JSON.stringify(report, undefined, 2) : renderStatus(report));
  if (args.html !== undefined) {
    const file = resolve(args.html);
    writeIfChanged(file, statusPage(report, new Date()), 0o600);
    say(`written: ${file}`);
  }
  return report.problems.length === 0 ? 0 : 1;
});
