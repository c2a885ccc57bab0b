import { createHash } from "node:crypto";
import { type Engine, orMissing } from "../components/engine/engine.ts";
import { loadImages } from "../components/engine/images.ts";
import { tar, type TarEntry } from "./tar.ts";

/** An image of one layer. */
export interface ImageContents {
  /** Its name in the engine, beside its id; Swarm is given the id, which it never pulls. */
  name: string;
  files: TarEntry[];
  entrypoint: string[];
  env: string[];
  labels: Record<string, string>;
}

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/** The id of an image that the engine has, by its name or id. */
export async function imageId(engine: Engine, name: string): Promise<string | undefined> {
  return (await orMissing(engine.request<{ Id: string }>("GET", `/images/${name}/json`)))?.Id;
}

/** An image as `docker load` reads it. */
export interface PackedImage {
  /** `sha256:…`, by which engines know it. The same contents give the same id. */
  id: string;
  archive: Buffer;
}

/** Loads an image into the engine, and gives back its id there. */
export async function loadImage(engine: Engine, name: string, { archive }: PackedImage): Promise<string> {
  await loadImages(engine, archive);
  const id = await imageId(engine, name);
  if (!id) throw new Error(`the engine took the image ${name} but does not list it: look at the engine's log`);
  return id;
}

/** Packs one layer, the image's configuration, and a list of both. */
export function packImage(contents: ImageContents): PackedImage {
  const layer = tar(contents.files);
  const config = Buffer.from(JSON.stringify(configuration(contents, sha256(layer))));
  const manifest = [{ Config: `${sha256(config)}.json`, RepoTags: [contents.name], Layers: ["layer.tar"] }];
  const archive = tar([
    { name: "layer.tar", mode: 0o644, content: layer },
    { name: `${sha256(config)}.json`, mode: 0o644, content: config },
    { name: "manifest.json", mode: 0o644, content: Buffer.from(JSON.stringify(manifest)) },
  ]);
  return { id: `sha256:${sha256(config)}`, archive };
}

/** No time of its own: the image's id is the hash of this text. */
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
