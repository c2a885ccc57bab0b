import { join } from "node:path";
import { isCached, cacheKey, ensureCached, cachePath } from "./cache.ts";
import type { PulumiPlugin } from "./docker-plugin.ts";
import { buildKeyParts, type GoBuild, buildGoProgram, moduleFiles } from "./go.ts";
import type { ModuleCut } from "./go-cut.ts";
import { downloadPlugin } from "./plugin-release.ts";
import { pluginArchive } from "./releases.ts";
import { isDownloadable } from "./source.ts";

/** A Pulumi plugin that takes minutes to build if it cannot be downloaded, so it is created only on request. */
export interface PreparedPlugin {
  /** Pulumi's name for it. Its Go module is `toolchain/go/resource-<name>`. */
  name: string;
  version: string;
  /** Parts of a module that the build leaves out. @default - none */
  cut?: ModuleCut;
}

function build({ name, version, cut }: PreparedPlugin): GoBuild {
  return { module: `resource-${name}`, package: ".", variables: { "main.version": version }, ...(cut && { cut }) };
}

function cacheEntry(plugin: PreparedPlugin) {
  const name = `resource-${plugin.name}`;
  return { name, key: cacheKey(plugin.version, buildKeyParts([build(plugin)]), moduleFiles(name)) };
}

const pluginFolder = ({ name, version }: PreparedPlugin) => `resource-${name}-v${version}`;

/** Returns the plugin if it is prepared. */
export function findCachedPlugin(plugin: PreparedPlugin): PulumiPlugin | undefined {
  const wanted = cacheEntry(plugin);
  return isCached(wanted) ? { folder: pluginFolder(plugin), path: cachePath(wanted) } : undefined;
}

/** Returns the plugin, and creates it if it is missing. */
export async function ensurePlugin(plugin: PreparedPlugin, pulumiBin: () => Promise<string>): Promise<PulumiPlugin> {
  const { name, version } = plugin;
  const create = async (folder: string) => {
    if (await isDownloadable(pluginArchive(name, version)))
      await downloadPlugin(name, version, folder, await pulumiBin());
    else await buildGoProgram(build(plugin), join(folder, `pulumi-resource-${name}`));
  };
  return { folder: pluginFolder(plugin), path: await ensureCached({ ...cacheEntry(plugin), create }) };
}
