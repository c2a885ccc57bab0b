import { rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ChecksumError, hashFile, receiveFile } from "./download.ts";
import { progress, say } from "./progress.ts";
import { fileUrl, pluginArchive, pulumiArchive, type ReleasedFile } from "./releases.ts";
import { requestSite } from "./site.ts";
import { awsPluginVersion, dockerPluginVersion, kubernetesPluginVersion } from "./versions.ts";

const PLATFORMS = ["linux", "darwin"].flatMap((platform) => ["x64", "arm64"].map((arch) => [platform, arch] as const));

/** Returns all released files that `npm run up` may download, on any platform. */
export function releasedFiles(): ReleasedFile[] {
  return PLATFORMS.flatMap(([platform, arch]) => [
    pulumiArchive(platform, arch),
    pluginArchive("docker", dockerPluginVersion(), platform, arch),
    pluginArchive("aws", awsPluginVersion(), platform, arch),
    pluginArchive("kubernetes", kubernetesPluginVersion(), platform, arch),
  ]);
}

/**
 * Returns the SHA-256 of released files by name, from their publisher's lists. Leaves out files that a list does not
 * name. Downloads files that a list names with SHA-1 only, such as plugins, because SHA-1 can be forged.
 *
 * @param folder for downloads
 */
export async function publishedChecksums(
  files: readonly ReleasedFile[],
  folder: string,
): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const [url, listed] of Map.groupBy(files, ({ release, list }) => `${release}/${list}`)) {
    const { body } = await requestSite(url);
    const published = parseChecksumList(await text(body));
    for (const file of listed) {
      const sum = published.get(file.name);
      if (sum === undefined) say(`${file.name}: not in ${url}`);
      else sums[file.name] = sum.length === 64 ? sum : await sha256Of(file, sum, folder);
    }
  }
  return Object.fromEntries(Object.entries(sums).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Reads a list in the format of `shasum`: SHA-256 or SHA-1 sums by file name. */
export function parseChecksumList(list: string): Map<string, string> {
  const lines = list.matchAll(/^([0-9a-f]{40}|[0-9a-f]{64})[ *]+(?:\.\/)?(\S+)\s*$/gm);
  return new Map(Array.from(lines, ([, sum = "", name = ""]) => [name, sum]));
}

async function sha256Of(file: ReleasedFile, sha1: string, folder: string): Promise<string> {
  const path = join(folder, file.name);
  const url = fileUrl(file);
  return progress(`downloading ${file.name}`, async (report) => {
    await receiveFile(url, path, report);
    const actual = await hashFile(path, "sha1");
    if (actual !== sha1) throw new ChecksumError(url, actual, sha1, { algorithm: "SHA-1", source: file.list });
    const sha256 = await hashFile(path);
    rmSync(path);
    return sha256;
  });
}
