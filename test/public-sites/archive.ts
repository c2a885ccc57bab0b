import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
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

/**
 * Publishes the releases of Pulumi and its plugins for this platform, with the lists of checksums that their publishers
 * have: SHA-256 of the CLI, SHA-1 of plugins.
 */
export function publishReleases(site: ReleaseSite, cli: Buffer, dockerPlugin: Buffer): void {
  publish(site, pulumiArchive(), cli, "sha256");
  publish(site, DOCKER_PLUGIN, dockerPlugin, "sha1");
  for (const { release, list } of OTHER_PLUGINS) site.publish(pathOf(release, list), Buffer.from(""));
}

function publish(site: ReleaseSite, { name, release, list }: ReleasedFile, content: Buffer, algorithm: string): void {
  const sum = createHash(algorithm).update(content).digest("hex");
  site.publish(pathOf(release, name), content);
  site.publish(pathOf(release, list), Buffer.from(`${sum}  ./${name}\n`));
}

const pathOf = (release: string, name: string) => `${release.replace(new URL(RELEASES).origin, "")}/${name}`;
