// Builds the package: the library in dist/ as CommonJS, which both `require` and `import` load, with its types; and the
// plugin, which runs without node_modules. The part that constructs components is a separate file, because only
// programs in other languages load it. The repository itself runs from its sources. `--archives` also writes the plugin
// as Pulumi downloads it from a release, to archives/.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const { build } = await import("rolldown").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  process.stderr.write("error: the dependencies are missing: run `npm ci` first\n");
  process.exit(1);
});
const { progress } = await import("./progress.ts");

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const plugin = join(root, "plugin");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(dist, { recursive: true, force: true });
await progress("compiling the library", async () => {
  const args = [tsc, "--project", join(root, "tsconfig.build.json")];
  const [code] = await once(spawn(process.execPath, args, { stdio: "inherit", cwd: root }), "exit");
  if (code !== 0) process.exit(1);
});
writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');
for (const name of readdirSync(plugin)) if (/^bundle.*[.]cjs$/.test(name)) rmSync(join(plugin, name));
await progress("bundling the plugin", () =>
  build({
    input: join(plugin, "main.ts"),
    platform: "node",
    output: { dir: plugin, entryFileNames: "bundle.cjs", chunkFileNames: "bundle-[name].cjs", format: "cjs" },
    plugins: [
      {
        // The SDK loads TypeScript to serialise functions, which components do not have.
        name: "without-compiler",
        resolveId: (id) => (id === "typescript" ? "\0compiler" : null),
        load: (id) => (id === "\0compiler" ? "module.exports = {};" : null),
      },
    ],
    logLevel: "warn",
  }),
);

if (process.argv.includes("--archives")) {
  const { writePluginArchives } = await import("./plugin-archives.ts");
  for (const path of writePluginArchives(join(root, "archives"))) console.log(path);
}
