import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { BUILT_IMAGE_PREFIX } from "../core/image-name.ts";
import { cacheKey, ensureCached, ROOT } from "./cache.ts";
import { type ImageContents, loadImage, type PackedImage, packImage } from "./docker-image.ts";
import { type GoPrograms, ensureGoPrograms } from "./go.ts";
import { progress } from "./progress.ts";

/**
 * An image that contains only programs built from Go modules. Its containers run the first one. Its name in engines is
 * `localhost:1/pulumi-swarm/<name>:<version>-<hash of its contents>`.
 */
export interface GoImage extends GoPrograms {
  /** Its name in messages: `MinIO`. */
  title: string;
  /** Folder of the programs: `usr/bin`. */
  folder: string;
  /** Environment variables in addition to PATH. @default - none */
  env?: readonly string[];
}

/** An image with built programs, which any engine can load. */
export interface BuiltImage {
  /** Its name, the same in engines with any image store. No engine can pull it. */
  name: string;
  /** Packs the image on the first call, and returns the same archive afterwards. It is as large as its programs. */
  pack(): PackedImage;
}

/**
 * Builds the image's programs if they are missing.
 *
 * @param labels labels of the image, which distinguish images with the same programs
 */
export async function prepareGoImage(
  image: GoImage,
  labels: Readonly<Record<string, string>> = {},
): Promise<BuiltImage> {
  const binaries = await ensureGoPrograms(image);
  const tagged = (hash: string) => `${BUILT_IMAGE_PREFIX}/${image.name}:${image.version}-${hash}`;
  const pack = () => packImage(imageContents(image, binaries, labels), tagged);
  let packed: PackedImage | undefined;
  const name = await cachedImageName(image, binaries, labels, pack);
  return { name, pack: () => (packed ??= pack()) };
}

/** The sources that determine how programs become an image. */
const PACKING_SOURCES = ["go-image.ts", "docker-image.ts", "tar.ts"].map((file) => join(ROOT, "toolchain", file));

/** Returns the name of the packed image. Caches it for these program files, because hashing them takes a second. */
async function cachedImageName(
  image: GoImage,
  binaries: string,
  labels: Readonly<Record<string, string>>,
  pack: () => PackedImage,
): Promise<string> {
  const programs = Object.keys(image.programs).map((file) => {
    const { ino, size, mtimeMs } = statSync(join(binaries, file));
    return `${file} ${ino} ${size} ${mtimeMs}`;
  });
  const kept = await ensureCached({
    name: "image-names",
    key: cacheKey(image.version, [JSON.stringify([image, labels]), binaries, ...programs], PACKING_SOURCES),
    create: async (folder) => writeFileSync(join(folder, image.name), pack().name),
  });
  return readFileSync(join(kept, image.name), "utf8");
}

/**
 * Loads the image into the engine.
 *
 * @returns the image's name, which is the same for the same binaries in every engine
 */
export async function ensureGoImage(
  engine: Engine,
  image: GoImage,
  labels?: Readonly<Record<string, string>>,
): Promise<string> {
  const { name, pack } = await prepareGoImage(image, labels);
  if (await engine.hasImage(name)) return name;
  await progress(`loading the ${image.title} image into the engine`, () => loadImage(engine, pack()));
  return name;
}

function imageContents(image: GoImage, binaries: string, labels: Readonly<Record<string, string>>): ImageContents {
  const { title, version, folder, env = [] } = image;
  const files = Object.keys(image.programs);
  const parts = folder.split("/");
  const folders = parts.map((_, at) => `${parts.slice(0, at + 1).join("/")}/`);
  return {
    files: [
      { name: "tmp/", mode: 0o1777 },
      ...folders.map((each) => ({ name: each, mode: 0o755 })),
      ...files.map((file) => ({ name: `${folder}/${file}`, mode: 0o755, content: readFileSync(join(binaries, file)) })),
    ],
    entrypoint: [`/${folder}/${files[0]}`],
    env: [`PATH=/${folder}`, ...env],
    labels: {
      "org.opencontainers.image.title": `${title}, built from Go modules by pulumi-swarm`,
      "org.opencontainers.image.version": version,
      ...labels,
    },
  };
}
