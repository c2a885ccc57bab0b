import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../components/engine/engine.ts";
import { imageId, type ImageContents, loadImage } from "./docker-image.ts";
import { type GoPrograms, obtainPrograms, programsPiece } from "./go.ts";

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

/**
 * Loads the image into the engine.
 *
 * @returns the image's id, `sha256:…`. The same binaries give the same id.
 */
export async function buildGoImage(engine: Engine, image: GoImage, variant?: GoImageVariant): Promise<string> {
  const binaries = await obtainPrograms(image);
  const name = `pulumi-swarm/${image.name}:${programsPiece(image).key}${variant?.suffix ?? ""}`;
  return (await imageId(engine, name)) ?? (await loadImage(engine, contents(name, image, binaries, variant)));
}

function contents(name: string, image: GoImage, binaries: string, variant?: GoImageVariant): ImageContents {
  const { title, version, folder, env = [] } = image;
  const files = Object.keys(image.programs);
  const parts = folder.split("/");
  const folders = parts.map((_, at) => `${parts.slice(0, at + 1).join("/")}/`);
  return {
    name,
    title,
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
