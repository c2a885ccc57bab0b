import { join } from "node:path";
import { keyOf, obtain } from "./cache.ts";
import { buildWords, type GoBuild, goBuild, moduleFiles } from "./go.ts";
import { downloadPlugin } from "./plugin-release.ts";
import { chooseSource } from "./source.ts";
import { dockerPluginVersion } from "./versions.ts";

const BINARY = "pulumi-resource-docker";

function build(version: string): GoBuild {
  return {
    module: "resource-docker",
    package: ".",
    variables: { "main.version": version },
    // Leaves out docker compose, which no resource of @pulumi/docker uses.
    tags: ["no_compose"],
  };
}

/** A plugin as Pulumi looks for it: `<home>/plugins/<folder>/<files>`. */
export interface Plugin {
  /** Name of its folder below `plugins`. */
  folder: string;
  /** Where its files lie in the cache. */
  path: string;
}

/** The docker plugin of the installed @pulumi/docker; made if it is missing. */
export async function obtainDockerPlugin(pulumiBin: () => Promise<string>): Promise<Plugin> {
  const version = dockerPluginVersion();
  const key = keyOf(version, buildWords([build(version)]), moduleFiles("resource-docker"));
  const path = await obtain({ name: "resource-docker", key, make: (folder) => make(version, folder, pulumiBin) });
  return { folder: `resource-docker-v${version}`, path };
}

async function make(version: string, folder: string, pulumiBin: () => Promise<string>): Promise<void> {
  if ((await chooseSource()) === "public") await downloadPlugin("docker", version, folder, await pulumiBin());
  else await goBuild(build(version), join(folder, BINARY));
}
