import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ensureCached } from "./cache.ts";
import { downloadRelease } from "./download.ts";
import { buildKeyParts, type GoBuild, buildGoProgram, moduleFiles } from "./go.ts";
import { run } from "./run.ts";
import { pulumiArchive } from "./releases.ts";
import { isDownloadable } from "./source.ts";
import { LANGUAGE_NODEJS, PULUMI } from "./versions.ts";

/** Go variable with the version in both modules. */
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

const CLI: GoBuild = {
  module: "pulumi",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  variables: { [VERSION_VARIABLE]: `v${PULUMI}` },
};

const LANGUAGE_HOST: GoBuild = {
  module: "language-nodejs",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  variables: { [VERSION_VARIABLE]: `v${LANGUAGE_NODEJS}` },
  edits: [
    {
      // This old host puts a proxy between the program and the engine, for calls that today's SDK does not use. The
      // proxy lacks newer calls (transforms of a whole stack, resource hooks). Gives the program the engine's own
      // address, as later releases do.
      file: "main.go",
      from: `fmt.Sprintf("127.0.0.1:%d", handle.Port), pipes.directory())`,
      to: `req.GetMonitorAddress(), pipes.directory())`,
    },
    {
      // This host does not understand how today's CLI passes the project's `typescript: false`. It would load the
      // TypeScript compiler, and its source maps for every stack trace, although Node runs the program directly.
      file: "main.go",
      from: `flag.BoolVar(&typescript, "typescript", true,`,
      to: `flag.BoolVar(&typescript, "typescript", false,`,
    },
  ],
};

/** Returns the folder with `pulumi` and its language host, and creates it if it is missing. */
export async function ensurePulumi(): Promise<string> {
  const folder = await ensureCached({ name: "pulumi", key: pulumiKey(), create: createPulumi });
  return join(folder, "bin");
}

/** Returns the cache key, which is the same for both sources: a cached CLI is used wherever it came from. */
export function pulumiKey(): string {
  const files = [CLI, LANGUAGE_HOST].flatMap((build) => moduleFiles(build.module));
  return cacheKey(PULUMI, buildKeyParts([CLI, LANGUAGE_HOST]), files);
}

async function createPulumi(folder: string): Promise<void> {
  if (await isDownloadable(pulumiArchive())) await unpackRelease(folder);
  else await buildFromModules(folder);
  await run(join(folder, "bin", "pulumi"), ["version"], {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutMs: 60_000,
  });
}

async function buildFromModules(folder: string): Promise<void> {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  await buildGoProgram(LANGUAGE_HOST, join(bin, "pulumi-language-nodejs"));
  await buildGoProgram(CLI, join(bin, "pulumi"));
}

/** Downloads the official archive: the CLI and all language hosts. */
async function unpackRelease(folder: string): Promise<void> {
  const archive = await downloadRelease(pulumiArchive(), folder);
  await run("tar", ["-xzf", archive, "-C", folder]);
  rmSync(archive);
  renameSync(join(folder, "pulumi"), join(folder, "bin"));
}
