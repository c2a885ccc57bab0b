import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD_SETTINGS, findGo, goModuleFolder } from "./go.ts";
import { run } from "./run.ts";

/** Environment for `go` in a generated module. -mod=mod: what only other packages need is removed from its go.mod. */
export const GENERATED_GO = { ...BUILD_SETTINGS, GOFLAGS: "-trimpath -mod=mod" };

/** Makes a folder with generated packages a Go module with the dependencies of a module of `toolchain/go/`. */
export function writeGoModule(dependencies: string, name: string, folder: string): void {
  const source = goModuleFolder(dependencies);
  const requirements = readFileSync(join(source, "go.mod"), "utf8").replace(/^module .*/, `module ${name}`);
  writeFileSync(join(folder, "go.mod"), requirements.replaceAll(/^tool .*\n/gm, ""));
  writeFileSync(join(folder, "go.sum"), readFileSync(join(source, "go.sum")));
}

/** Compiles all packages of such a module. */
export async function compileGo(folder: string): Promise<void> {
  await run(await findGo(), ["build", "./..."], { cwd: folder, env: { ...process.env, ...GENERATED_GO } });
}
