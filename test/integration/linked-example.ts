import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../toolchain/cache.ts";

/**
 * A copy of an example in a folder where the package's name leads to this repository as it is, neither built nor packed
 * (`package.test.ts` has them with the package itself). Whoever asks removes the folder.
 */
export function createLinkedExample(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-example-"));
  const linked = join(folder, "node_modules", "pulumi-swarm");
  mkdirSync(linked, { recursive: true });
  symlinkSync(join(ROOT, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
  const entry = JSON.stringify(pathToFileURL(join(ROOT, "components", "index.ts")).href);
  const provider = JSON.stringify(join(ROOT, "provider.cjs"));
  const files = {
    "package.json": JSON.stringify({ type: "module", exports: { ".": "./index.js", "./provider": "./provider.cjs" } }),
    "index.js": `export * from ${entry};\n`,
    "provider.cjs": `module.exports = require(${provider});\n`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(linked, file), text);
  cpSync(join(ROOT, "examples", name), folder, { recursive: true });
  cpSync(join(ROOT, "examples", "package.json"), join(folder, "package.json"));
  return folder;
}
