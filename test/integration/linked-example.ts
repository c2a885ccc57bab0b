import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../toolchain/cache.ts";

/**
 * Copies an example to a folder in which the package's name resolves to this repository's sources, not to a build
 * (`package.test.ts` tests the packed package). The caller removes the folder.
 */
export function createLinkedExample(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-example-"));
  const linked = join(folder, "node_modules", "pulumi-swarm");
  mkdirSync(linked, { recursive: true });
  symlinkSync(join(ROOT, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
  const entry = JSON.stringify(pathToFileURL(join(ROOT, "components", "index.ts")).href);
  const files = {
    "package.json": JSON.stringify({ type: "module", exports: { ".": "./index.js" } }),
    "index.js": `export * from ${entry};\n`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(linked, file), text);
  cpSync(join(ROOT, "examples", name), folder, { recursive: true });
  cpSync(join(ROOT, "examples", "package.json"), join(folder, "package.json"));
  symlinkSync(join(ROOT, "plugin"), join(linked, "plugin"));
  const project = join(folder, "Pulumi.yaml");
  writeFileSync(project, readFileSync(project, "utf8").replace("../node_modules", "./node_modules"));
  return folder;
}
