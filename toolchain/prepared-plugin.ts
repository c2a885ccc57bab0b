import { join } from "node:path";
import { isCached, cacheKey, ensureCached, cachePath } from "./cache.ts";
import type { PulumiPlugin } from "./docker-plugin.ts";
import { buildKeyParts, type GoBuild, buildGoProgram, moduleFiles } from "./go.ts";
import type { ModuleCut } from "./go-cut.ts";
import { downloadPlugin } from "./plugin-release.ts";
import { chooseSource } from "./source.ts";

/** A plugin of Pulumi's that takes long to build where it cannot be downloaded: nobody waits for it unasked. */
export interface PreparedPlugin {
  /** As Pulumi calls it. Its module is `toolchain/go/resource-<name>`. */
  name: string;
  version: string;
  /** What its build can do without. @default - nothing */
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

/** The plugin, if it is there. */
export function findCachedPlugin(plugin: PreparedPlugin): PulumiPlugin | undefined {
  const wanted = cacheEntry(plugin);
  return isCached(wanted) ? { folder: pluginFolder(plugin), path: cachePath(wanted) } : undefined;
}

/** The plugin; made if it is missing. */
export async function ensurePlugin(plugin: PreparedPlugin, pulumiBin: () => Promise<string>): Promise<PulumiPlugin> {
  const { name, version } = plugin;
  const create = async (folder: string) => {
    if ((await chooseSource()) === "public") await downloadPlugin(name, version, folder, await pulumiBin());
    else await buildGoProgram(build(plugin), join(folder, `pulumi-resource-${name}`));
  };
  return { folder: pluginFolder(plugin), path: await ensureCached({ ...cacheEntry(plugin), create }) };
}
