import { join } from "node:path";
import { cacheKey, ensureCached } from "../toolchain/cache.ts";
import { ensureMinioImage, prepareMinioImage } from "../toolchain/minio-image.ts";
import { progress } from "../toolchain/progress.ts";
import { run } from "../toolchain/run.ts";
import { saveImages } from "./data-root.ts";
import { ensureEngineLayers, getEnvironmentEngines, type EngineVersion } from "./engines.ts";
import { startLab } from "./lab.ts";

/** Variants of MinIO's image that differ only in a label. */
export const VARIANTS = ["a", "b"] as const;

/**
 * Returns folders with preloaded images for the engines of a lab, in their order.
 *
 * @param engines @default those of the environment variable, or else this machine's engine
 */
export async function ensurePreloadedImages(
  engines: readonly (EngineVersion | undefined)[] = getEnvironmentEngines() ?? [undefined],
): Promise<string[]> {
  const folders: string[] = [];
  for (const engine of engines) folders.push(await ensureImages(engine));
  return folders;
}

/**
 * Returns the data root of an engine with both variants of MinIO's image, created by an engine of that version. Loading
 * the images takes longer than starting an engine.
 *
 * @param engine @default this machine's engine
 */
async function ensureImages(engine?: EngineVersion): Promise<string> {
  const names: string[] = [];
  for (const variant of VARIANTS) names.push((await prepareMinioImage({ variant })).name);
  const made = engine === undefined ? [await run("dockerd", ["--version"])] : await ensureEngineLayers(engine);
  return ensureCached({
    name: "lab-images",
    key: cacheKey(engine ?? "own", [...names, ...made]),
    create: (folder) => progress("loading the images for the lab's engines", () => preload(folder, engine)),
  });
}

async function preload(folder: string, engine?: EngineVersion): Promise<void> {
  const lab = await startLab({ hosts: 1, engines: engine === undefined ? [] : [engine] });
  try {
    const host = lab.host(1);
    for (const variant of VARIANTS) await ensureMinioImage(host.engine, { variant });
    await host.stopEngine();
    await saveImages(join(host.folder, "docker"), folder);
  } finally {
    await lab.stop();
  }
}
