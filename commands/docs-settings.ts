// `npm run docs:settings`: writes the reference of the stack settings, and the JSON Schema that editors read.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../toolchain/cache.ts";
import { settingsFiles } from "./docs-settings/reference.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";

await main(async () => {
  parseCommandArgs("docs-settings");
  for (const [file, text] of Object.entries(await settingsFiles())) writeFileSync(join(ROOT, file), text);
});
