import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Engine, orMissing } from "../components/engine/engine.ts";
import { keyOf, obtain } from "./cache.ts";
import { buildWords, type GoBuild, goBuild, moduleFiles } from "./go.ts";
import { progress } from "./progress.ts";
import { tar } from "./tar.ts";
import { MINIO } from "./versions.ts";

const SERVER: GoBuild = { module: "minio", package: "github.com/minio/minio" };
const CLIENT: GoBuild = { module: "minio", package: "github.com/minio/mc" };

/** The name an image built here has in the engine, beside its id; Swarm is given the id, which it never pulls. */
const REPOSITORY = "pulumi-swarm/minio";

/** Which image to build. Tests use a second variant to change a running service's image. */
export interface ImageOptions {
  /** Written as the label `pulumi-swarm.variant`, so that variants differ in their id. @default "a" */
  variant?: string;
}

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * An image of MinIO with nothing but its two programs, built from Go modules and loaded into the engine. For labs, and
 * for machines where no registry of images answers: its MinIO is the last one published as source.
 *
 * @returns the image's id, `sha256:…`. The same binaries give the same id.
 */
export async function buildImage(engine: Engine, options: ImageOptions = {}): Promise<string> {
  const variant = options.variant ?? "a";
  if (!/^[a-z0-9]+$/.test(variant)) throw new Error(`variant "${variant}": lowercase letters and digits only`);
  const binaries = await obtainMinio();
  const name = `${REPOSITORY}:${minioKey()}-${variant}`;
  const there = await imageId(engine, name);
  if (there) return there;
  return await progress(`loading the MinIO image into the engine`, async () => {
    await engine.request("POST", "/images/load", {
      query: { quiet: true },
      body: archive(name, variant, binaries),
      timeoutMs: 120_000,
    });
    const id = await imageId(engine, name);
    if (!id) throw new Error(`the engine took the image ${name} but does not list it: look at the engine's log`);
    return id;
  });
}

/** The id of an image that the engine has, by its name or id. */
export async function imageId(engine: Engine, name: string): Promise<string | undefined> {
  return (await orMissing(engine.request<{ Id: string }>("GET", `/images/${name}/json`)))?.Id;
}

/** The folder with `minio` and `mc`; made if it is missing. */
export function obtainMinio(): Promise<string> {
  return obtain({
    name: "minio",
    key: minioKey(),
    make: async (folder) => {
      mkdirSync(folder, { recursive: true });
      await goBuild(SERVER, join(folder, "minio"));
      await goBuild(CLIENT, join(folder, "mc"));
    },
  });
}

function minioKey(): string {
  return keyOf(MINIO, buildWords([SERVER, CLIENT]), moduleFiles("minio"));
}

/** The archive that `docker load` reads: one layer, the image's configuration, and a list of both. */
function archive(name: string, variant: string, binaries: string): Buffer {
  const program = (file: string) => ({
    name: `usr/bin/${file}`,
    mode: 0o755,
    content: readFileSync(join(binaries, file)),
  });
  const layer = tar([
    { name: "tmp/", mode: 0o1777 },
    { name: "usr/", mode: 0o755 },
    { name: "usr/bin/", mode: 0o755 },
    program("minio"),
    program("mc"),
  ]);
  const config = Buffer.from(JSON.stringify(configuration(variant, sha256(layer))));
  const manifest = [{ Config: `${sha256(config)}.json`, RepoTags: [name], Layers: ["layer.tar"] }];
  return tar([
    { name: "layer.tar", mode: 0o644, content: layer },
    { name: `${sha256(config)}.json`, mode: 0o644, content: config },
    { name: "manifest.json", mode: 0o644, content: Buffer.from(JSON.stringify(manifest)) },
  ]);
}

/** No time of its own: the image's id is the hash of this text. */
function configuration(variant: string, layer: string) {
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture)
    throw new Error(`processor ${process.arch}: images are built for x64 and arm64; set another image`);
  return {
    architecture,
    os: "linux",
    created: "2026-01-01T00:00:00Z",
    config: {
      Entrypoint: ["/usr/bin/minio"],
      Env: ["PATH=/usr/bin", "HOME=/tmp"],
      Labels: {
        "org.opencontainers.image.title": "MinIO, built from Go modules by pulumi-swarm",
        "org.opencontainers.image.version": MINIO,
        "pulumi-swarm.variant": variant,
      },
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
    history: [{ created: "2026-01-01T00:00:00Z", created_by: "pulumi-swarm toolchain" }],
  };
}

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
