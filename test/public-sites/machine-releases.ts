import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDockerPlugin } from "../../toolchain/docker-plugin.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import type { TarEntry } from "../../toolchain/tar.ts";
import { archive, type Releases } from "./archive.ts";

/**
 * Packs the CLI and the Docker plugin that this machine has.
 *
 * @param languageHosts folders with programs of the CLI's archive that a CLI built here lacks
 */
export async function machineReleases(languageHosts: readonly string[] = []): Promise<Releases> {
  const bin = await ensurePulumi();
  const { path: plugin } = await ensureDockerPlugin(() => Promise.resolve(bin));
  return {
    cli: archive([bin, ...languageHosts].flatMap((folder) => programs(folder, "pulumi/"))),
    dockerPlugin: archive(programs(plugin, "")),
  };
}

function programs(folder: string, prefix: string): TarEntry[] {
  return readdirSync(folder).map((name) => ({
    name: `${prefix}${name}`,
    mode: 0o755,
    content: readFileSync(join(folder, name)),
  }));
}
