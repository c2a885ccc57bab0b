import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { VERSION } from "../core/version.ts";
import { ROOT } from "./cache.ts";
import { pluginArchive } from "./releases.ts";
import { tar } from "./tar.ts";

/** The platforms of Pulumi's CLI, which downloads the archive for its own platform. */
const PLATFORMS = ["darwin", "linux", "windows"].flatMap((os) => ["amd64", "arm64"].map((arch) => [os, arch] as const));

/** The files of the built plugin. It needs Node.js, and is the same on all platforms. */
const FILES = ["bundle*.cjs", "pulumi-resource-swarm", "pulumi-resource-swarm.cmd", "schema.json", "start.cjs"];

/**
 * Writes the plugin as Pulumi downloads it from a release: the same archive under the name of each platform. Returns the
 * paths. `npm run build` creates the bundle first.
 */
export function writePluginArchives(folder: string): string[] {
  const plugin = join(ROOT, "plugin");
  const entries = globSync(FILES, { cwd: plugin })
    .toSorted()
    .map((name) => {
      const path = join(plugin, name);
      return { name, mode: statSync(path).mode & 0o111 ? 0o755 : 0o644, content: readFileSync(path) };
    });
  const license = { name: "LICENSE", mode: 0o644, content: readFileSync(join(ROOT, "LICENSE")) };
  const archive = gzipSync(tar([...entries, license]));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return PLATFORMS.map(([os, arch]) => {
    const path = join(folder, pluginArchive("swarm", VERSION, os, arch).name);
    writeFileSync(path, archive);
    return path;
  });
}
