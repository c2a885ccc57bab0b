import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { releasedFiles } from "../../toolchain/published-checksums.ts";
import { pluginArchive, pulumiArchive, RELEASES, type ReleasedFile } from "../../toolchain/releases.ts";
import { tar, type TarEntry } from "../../toolchain/tar.ts";
import { awsPluginVersion, dockerPluginVersion, kubernetesPluginVersion } from "../../toolchain/versions.ts";
import type { ReleaseSite } from "./releases.ts";

export const DOCKER_PLUGIN = pluginArchive("docker", dockerPluginVersion());

/** Plugins of which the stand-in has a release without files. */
const OTHER_PLUGINS = [
  pluginArchive("aws", awsPluginVersion()),
  pluginArchive("kubernetes", kubernetesPluginVersion()),
];

/** An archive of programs, as small as they are. */
export function archive(entries: readonly TarEntry[]): Buffer {
  return gzipSync(tar(entries), { level: 1 });
}

/** Archives for this platform, in the layout of the official ones. */
export interface Releases {
  cli: Buffer;
  dockerPlugin: Buffer;
}

/** The lines of the CLI's list for other platforms, whose files no test downloads. */
const OTHER_PLATFORMS = releasedFiles()
  .filter(({ name, list }) => list === pulumiArchive().list && name !== pulumiArchive().name)
  .map(({ name }) => `${"0".repeat(64)}  ${name}\n`)
  .join("");

/**
 * Publishes the releases of Pulumi and its plugins for this platform, with the lists of checksums that their publishers
 * have: SHA-256 of the CLI, SHA-1 of plugins.
 */
export function publishReleases(site: ReleaseSite, { cli, dockerPlugin }: Releases): void {
  publish(site, pulumiArchive(), cli, "sha256", OTHER_PLATFORMS);
  publish(site, DOCKER_PLUGIN, dockerPlugin, "sha1");
  for (const { release, list } of OTHER_PLUGINS) site.publish(pathOf(release, list), Buffer.from(""));
}

function publish(
  site: ReleaseSite,
  { name, release, list }: ReleasedFile,
  content: Buffer,
  algorithm: string,
  others = "",
): void {
  const sum = createHash(algorithm).update(content).digest("hex");
  site.publish(pathOf(release, name), content);
  site.publish(pathOf(release, list), Buffer.from(`${sum}  ./${name}\n${others}`));
}

const pathOf = (release: string, name: string) => `${release.replace(new URL(RELEASES).origin, "")}/${name}`;
