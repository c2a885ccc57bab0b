import { existsSync } from "node:fs";
import { run } from "../toolchain/run.ts";

/** Parts of an engine's data root other than images: its identity, and files that it recreates. */
const NOT_IMAGES = "engine-id network buildkit swarm volumes containers plugins runtimes tmp trust";

/**
 * Saves the images of a stopped engine. Immutable files go to a separate folder, because engines share them. Arguments
 * are the engine's data root and the target folder.
 */
const SAVE = `
mkdir "$1/shared" "$1/own"
cd "$0"
cp -a . "$1/own"
cd "$1/own"
rm -rf ${NOT_IMAGES}
find . -type f -size +1023k ! -name '*.db' -exec cp -al --parents -t "$1/shared" {} + -exec rm {} +
`;

/** Restores the images for an engine that has not run yet. Uses hard links for shared files if on the same disk. */
const RESTORE = `
cp -al "$0/shared/." "$1" 2>/dev/null || cp -a "$0/shared/." "$1"
cp -a "$0/own/." "$1"
`;

export async function saveImages(dataRoot: string, folder: string): Promise<void> {
  await run("sh", ["-ec", SAVE, dataRoot, folder]);
}

/** @param folder a folder written by `saveImages` */
export async function restoreImages(folder: string, dataRoot: string): Promise<void> {
  if (!existsSync(dataRoot)) await run("sh", ["-ec", `mkdir "$1"\n${RESTORE}`, folder, dataRoot]);
}
