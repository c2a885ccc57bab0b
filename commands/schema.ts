// `npm run schema`: writes the plugin's schema, from which Pulumi generates SDKs, and the table with which components
// check arguments of programs on Node.js.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { argumentTableFile, schemaFile } from "../plugin/schema/generate.ts";
import { ROOT } from "../toolchain/cache.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";

await main(async () => {
  parseCommandArgs("schema");
  writeFileSync(join(ROOT, "plugin", "schema.json"), schemaFile());
  writeFileSync(join(ROOT, "components", "argument-table.ts"), argumentTableFile());
});
