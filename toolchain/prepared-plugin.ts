import { join } from "node:path";
import { hasPiece, keyOf, obtain, piecePath } from "./cache.ts";
import type { Plugin } from "./docker-plugin.ts";
import { buildWords, type GoBuild, goBuild, moduleFiles } from "./go.ts";
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

function piece(plugin: PreparedPlugin) {
  const name = `resource-${plugin.name}`;
  return { name, key: keyOf(plugin.version, buildWords([build(plugin)]), moduleFiles(name)) };
}

const folderOf = ({ name, version }: PreparedPlugin) => `resource-${name}-v${version}`;

/** The plugin, if it is there. */
export function findPlugin(plugin: PreparedPlugin): Plugin | undefined {
  const wanted = piece(plugin);
  return hasPiece(wanted) ? { folder: folderOf(plugin), path: piecePath(wanted) } : undefined;
}

/** The plugin; made if it is missing. */
export async function obtainPlugin(plugin: PreparedPlugin, pulumiBin: () => Promise<string>): Promise<Plugin> {
  const { name, version } = plugin;
  const make = async (folder: string) => {
    if ((await chooseSource()) === "public") await downloadPlugin(name, version, folder, await pulumiBin());
    else await goBuild(build(plugin), join(folder, `pulumi-resource-${name}`));
  };
  return { folder: folderOf(plugin), path: await obtain({ ...piece(plugin), make }) };
}
