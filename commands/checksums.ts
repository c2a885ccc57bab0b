// `npm run checksums`: writes the checksums of the released files that `npm run up` downloads, after a change of a version.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../toolchain/cache.ts";
import { CHECKSUMS_FILE } from "../toolchain/checksums.ts";
import { say } from "../toolchain/progress.ts";
import { publishedChecksums, releasedFiles } from "../toolchain/published-checksums.ts";
import { withTemporaryFolder } from "../toolchain/temporary-files.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";

await main(async () => {
  parseCommandArgs("checksums");
  const sums = await withTemporaryFolder("pulumi-swarm-checksums-", (folder) =>
    publishedChecksums(releasedFiles(), folder),
  );
  writeFileSync(join(ROOT, CHECKSUMS_FILE), `${JSON.stringify(sums, null, 2)}\n`);
  say(`${CHECKSUMS_FILE} has the checksums of ${Object.keys(sums).length} files`);
});
