import { existsSync } from "node:fs";
import { run } from "../toolchain/run.ts";

/** What of an engine's data is not its images: its identity, and what it makes again. */
const NOT_IMAGES = "engine-id network buildkit swarm volumes containers plugins runtimes tmp trust";

/**
 * Keeps the images of an engine that has ended: files that nothing ever changes apart, for those are shared. Arguments
 * are the engine's data, and the folder for it.
 */
const SAVE = `
mkdir "$1/shared" "$1/own"
cd "$0"
cp -a . "$1/own"
cd "$1/own"
rm -rf ${NOT_IMAGES}
find . -type f -size +1023k ! -name '*.db' -exec cp -al --parents -t "$1/shared" {} + -exec rm {} +
`;

/** Gives them to an engine that has not run yet. Links are enough for what is shared; there are none between disks. */
const RESTORE = `
cp -al "$0/shared/." "$1" 2>/dev/null || cp -a "$0/shared/." "$1"
cp -a "$0/own/." "$1"
`;

export async function saveImages(dataRoot: string, folder: string): Promise<void> {
  await run("sh", ["-ec", SAVE, dataRoot, folder]);
}

/** @param folder as `keepImages` has filled it */
export async function restoreImages(folder: string, dataRoot: string): Promise<void> {
  if (!existsSync(dataRoot)) await run("sh", ["-ec", `mkdir "$1"\n${RESTORE}`, folder, dataRoot]);
}
