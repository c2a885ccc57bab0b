import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { download, publishedChecksum } from "./download.ts";
import { run } from "./run.ts";

/** Download sites of Pulumi's plugins. The checksums come from another site than the archives. */
export interface PluginSites {
  archives: string;
  /** Returns the URL of the files in a plugin's release. */
  release: (name: string, version: string) => string;
}

const SITES: PluginSites = {
  archives: "https://get.pulumi.com/releases/plugins",
  release: (name, version) => `https://github.com/pulumi/pulumi-${name}/releases/download/v${version}`,
};

/**
 * Downloads a plugin, compares it with the checksum in its release, and has Pulumi unpack it. `pulumi plugin install`
 * itself does not check downloads. Pulumi publishes only SHA-1 sums for most plugins. Not tested against the real
 * sites.
 */
export async function downloadPlugin(
  name: string,
  version: string,
  folder: string,
  pulumiBin: string,
  sites: PluginSites = SITES,
): Promise<void> {
  const home = join(folder, "home");
  mkdirSync(home);
  const file = pluginArchive(name, version);
  const archive = join(home, file);
  const list = `${sites.release(name, version)}/pulumi-${name}_${version}_checksums.txt`;
  await download(`${sites.archives}/${file}`, archive, await publishedChecksum(list, file));
  const install = ["plugin", "install", "resource", name, `v${version}`, "--file", archive, "--non-interactive"];
  await run(join(pulumiBin, "pulumi"), install, {
    env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  cpSync(join(home, "plugins", `resource-${name}-v${version}`), folder, { recursive: true });
  rmSync(home, { recursive: true });
}

/** Returns the name of a plugin's archive for this platform. */
export function pluginArchive(name: string, version: string): string {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  return `pulumi-resource-${name}-v${version}-${process.platform}-${arch}.tar.gz`;
}
