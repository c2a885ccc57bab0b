import type { Engine } from "../engine/engine.ts";
import { ensureGoImage, type BuiltImage, prepareGoImage, type GoImage } from "./go-image.ts";
import { MINIO_REPAIRS } from "./minio-repairs.ts";
import { MINIO } from "./versions.ts";

const IMAGE: GoImage = {
  name: "minio",
  title: "MinIO",
  version: MINIO,
  programs: {
    minio: { module: "minio", package: "github.com/minio/minio", cut: MINIO_REPAIRS },
    mc: { module: "minio", package: "github.com/minio/mc" },
  },
  folder: "usr/bin",
  env: ["HOME=/tmp"],
};

/** Which image to build. Tests use a second variant to change a running service's image. */
export interface ImageOptions {
  /** Written as the label `pulumi-swarm.variant`, so that variants differ in their contents. @default "a" */
  variant?: string;
}

/**
 * An image of MinIO with nothing but its two programs, built from Go modules and loaded into the engine. For labs, and
 * for machines where no registry of images answers: its MinIO is the last one published as source, repaired.
 *
 * @returns the image's name. The same binaries give the same one, in every engine.
 */
export async function ensureMinioImage(engine: Engine, options: ImageOptions = {}): Promise<string> {
  return ensureGoImage(engine, IMAGE, imageLabels(options));
}

/** The same image, for engines elsewhere. */
export function prepareMinioImage(options: ImageOptions = {}): Promise<BuiltImage> {
  return prepareGoImage(IMAGE, imageLabels(options));
}

function imageLabels({ variant = "a" }: ImageOptions): Record<string, string> {
  if (!/^[a-z0-9]+$/.test(variant)) throw new Error(`variant "${variant}": lowercase letters and digits only`);
  return { "pulumi-swarm.variant": variant };
}
