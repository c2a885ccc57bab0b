import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../components/engine/engine.ts";
import { imageId, type ImageContents, loadImage, type PackedImage, packImage } from "./docker-image.ts";
import { type GoPrograms, obtainPrograms, programsPiece } from "./go.ts";
import { progress } from "./progress.ts";

/**
 * An image with nothing but programs that are built from Go modules, of which its containers run the first. The engine
 * has it as `pulumi-swarm/<name>`.
 */
export interface GoImage extends GoPrograms {
  /** What it is, for people: `MinIO`. */
  title: string;
  /** Folder of the programs: `usr/bin`. */
  folder: string;
  /** Environment beside PATH. @default - none */
  env?: readonly string[];
}

/** What makes an image of the same programs another one. */
export interface GoImageVariant {
  /** End of its tag. */
  suffix: string;
  labels: Readonly<Record<string, string>>;
}

/** An image whose programs are built, and which any engine may be given. */
export interface BuiltImage {
  /** Its name in an engine, beside its id. */
  name: string;
  /** Packs it, at the first call; it is as large as its programs. */
  packed(): PackedImage;
}

/** Builds the image's programs if they are missing. */
export async function builtGoImage(image: GoImage, variant?: GoImageVariant): Promise<BuiltImage> {
  const binaries = await obtainPrograms(image);
  const name = `pulumi-swarm/${image.name}:${programsPiece(image).key}${variant?.suffix ?? ""}`;
  let packed: PackedImage | undefined;
  return { name, packed: () => (packed ??= packImage(contents(name, image, binaries, variant))) };
}

/**
 * Loads the image into the engine.
 *
 * @returns the image's id, `sha256:…`. The same binaries give the same id.
 */
export async function buildGoImage(engine: Engine, image: GoImage, variant?: GoImageVariant): Promise<string> {
  const { name, packed } = await builtGoImage(image, variant);
  const there = await imageId(engine, name);
  if (there !== undefined) return there;
  const label = `loading the ${image.title} image into the engine`;
  return progress(label, () => loadImage(engine, name, packed()));
}

function contents(name: string, image: GoImage, binaries: string, variant?: GoImageVariant): ImageContents {
  const { title, version, folder, env = [] } = image;
  const files = Object.keys(image.programs);
  const parts = folder.split("/");
  const folders = parts.map((_, at) => `${parts.slice(0, at + 1).join("/")}/`);
  return {
    name,
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
      ...variant?.labels,
    },
  };
}
