import { createHash } from "node:crypto";
import type { Engine } from "../engine/engine.ts";
import { loadImages } from "../engine/images.ts";
import { tar, type TarEntry } from "./tar.ts";

/** An image of one layer. */
export interface ImageContents {
  files: TarEntry[];
  entrypoint: string[];
  env: string[];
  labels: Record<string, string>;
}

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/** An image as `docker load` reads it. */
export interface PackedImage {
  name: string;
  archive: Buffer;
}

/**
 * Loads an image into the engine.
 *
 * @throws when the engine does not have it afterwards.
 */
export async function loadImage(engine: Engine, { name, archive }: PackedImage): Promise<void> {
  await loadImages(engine, archive);
  if (await engine.hasImage(name)) return;
  throw new Error(`the engine accepted the image ${name} but does not list it: see the engine's log`);
}

/**
 * Packs one layer, the image's configuration, and a list of both.
 *
 * @param nameFromHash returns the image's name for a hash of its contents, so that equal images have the same name
 */
export function packImage(contents: ImageContents, nameFromHash: (hash: string) => string): PackedImage {
  const layer = tar(contents.files);
  const config = Buffer.from(JSON.stringify(configuration(contents, sha256(layer))));
  const name = nameFromHash(sha256(config).slice(0, 12));
  const manifest = [{ Config: `${sha256(config)}.json`, RepoTags: [name], Layers: ["layer.tar"] }];
  const archive = tar([
    { name: "layer.tar", mode: 0o644, content: layer },
    { name: `${sha256(config)}.json`, mode: 0o644, content: config },
    { name: "manifest.json", mode: 0o644, content: Buffer.from(JSON.stringify(manifest)) },
  ]);
  return { name, archive };
}

/** Contains no time, because the image's name contains a hash of this text. */
function configuration({ entrypoint, env, labels }: ImageContents, layer: string) {
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture)
    throw new Error(`processor ${process.arch}: images are built for x64 and arm64; set another image`);
  return {
    architecture,
    os: "linux",
    created: "2026-01-01T00:00:00Z",
    config: { Entrypoint: entrypoint, Env: env, Labels: labels },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
    history: [{ created: "2026-01-01T00:00:00Z", created_by: "pulumi-swarm toolchain" }],
  };
}

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
