import { join } from "node:path";
import { cacheKey, ensureCached } from "./cache.ts";
import { buildKeyParts, type GoBuild, buildGoProgram, moduleFiles } from "./go.ts";
import { downloadPlugin } from "./plugin-release.ts";
import { pluginArchive } from "./releases.ts";
import { isDownloadable } from "./source.ts";
import { dockerPluginVersion } from "./versions.ts";

const BINARY = "pulumi-resource-docker";

function dockerPluginBuild(version: string): GoBuild {
  return {
    module: "resource-docker",
    package: ".",
    variables: { "main.version": version },
    // Leaves out docker compose, which no resource of @pulumi/docker uses.
    tags: ["no_compose"],
  };
}

/** A plugin in the layout of Pulumi: `<home>/plugins/<folder>/<files>`. */
export interface PulumiPlugin {
  /** Name of its folder in `plugins`. */
  folder: string;
  /** Path of its files in the cache. */
  path: string;
}

/** Returns the docker plugin of the installed @pulumi/docker, and creates it if it is missing. */
export async function ensureDockerPlugin(pulumiBin: () => Promise<string>): Promise<PulumiPlugin> {
  const version = dockerPluginVersion();
  const key = cacheKey(version, buildKeyParts([dockerPluginBuild(version)]), moduleFiles("resource-docker"));
  const path = await ensureCached({
    name: "resource-docker",
    key,
    create: (folder) => createPlugin(version, folder, pulumiBin),
  });
  return { folder: `resource-docker-v${version}`, path };
}

async function createPlugin(version: string, folder: string, pulumiBin: () => Promise<string>): Promise<void> {
  if (await isDownloadable(pluginArchive("docker", version)))
    await downloadPlugin("docker", version, folder, await pulumiBin());
  else await buildGoProgram(dockerPluginBuild(version), join(folder, BINARY));
}
