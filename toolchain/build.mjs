// Builds the package: the library in dist/ as CommonJS, which both `require` and `import` load, with its types; and the
// plugin as one file, which runs without node_modules. The repository itself runs from its sources.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "--project", join(root, "tsconfig.build.json")], { stdio: "inherit", cwd: root });
writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');
await build({
  input: join(root, "provider", "plugin", "main.ts"),
  platform: "node",
  output: { file: join(root, "plugin", "bundle.cjs"), format: "cjs", codeSplitting: false },
  logLevel: "warn",
});
