import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../components/engine/engine.ts";
import { keyOf, obtain } from "./cache.ts";
import { imageId, loadImage } from "./docker-image.ts";
import { buildWords, type GoBuild, goBuild, moduleFiles } from "./go.ts";
import { MINIO } from "./versions.ts";

const SERVER: GoBuild = { module: "minio", package: "github.com/minio/minio" };
const CLIENT: GoBuild = { module: "minio", package: "github.com/minio/mc" };

/** Which image to build. Tests use a second variant to change a running service's image. */
export interface ImageOptions {
  /** Written as the label `pulumi-swarm.variant`, so that variants differ in their id. @default "a" */
  variant?: string;
}

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
  const name = `pulumi-swarm/minio:${minioKey()}-${variant}`;
  return (await imageId(engine, name)) ?? (await loadImage(engine, contents(name, variant, binaries)));
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

function contents(name: string, variant: string, binaries: string) {
  const program = (file: string) => ({
    name: `usr/bin/${file}`,
    mode: 0o755,
    content: readFileSync(join(binaries, file)),
  });
  return {
    name,
    title: "MinIO",
    files: [
      { name: "tmp/", mode: 0o1777 },
      { name: "usr/", mode: 0o755 },
      { name: "usr/bin/", mode: 0o755 },
      program("minio"),
      program("mc"),
    ],
    entrypoint: ["/usr/bin/minio"],
    env: ["PATH=/usr/bin", "HOME=/tmp"],
    labels: {
      "org.opencontainers.image.title": "MinIO, built from Go modules by pulumi-swarm",
      "org.opencontainers.image.version": MINIO,
      "pulumi-swarm.variant": variant,
    },
  };
}
