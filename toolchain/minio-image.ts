import type { Engine } from "../engine/engine.ts";
import { ensureGoImage, type BuiltImage, prepareGoImage, type GoImage } from "./go-image.ts";
import { MINIO_REPAIRS } from "./minio-repairs.ts";
import { MINIO } from "./versions.ts";

/** The programs of MinIO, and the image that contains them. */
export const MINIO_PROGRAMS: GoImage = {
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

/** Options of the image. Tests use a second variant to change a running service's image. */
export interface ImageOptions {
  /** Value of the label `pulumi-swarm.variant`, which makes the images of variants differ. @default "a" */
  variant?: string;
}

/**
 * Builds an image with only MinIO's two programs from Go modules, and loads it into the engine. For labs, and for
 * machines that reach no image registry. Its MinIO is the last version published as source, with security fixes.
 *
 * @returns the image's name, which depends only on its contents
 */
export async function ensureMinioImage(engine: Engine, options: ImageOptions = {}): Promise<string> {
  return ensureGoImage(engine, MINIO_PROGRAMS, imageLabels(options));
}

/** Builds the same image for other engines. */
export function prepareMinioImage(options: ImageOptions = {}): Promise<BuiltImage> {
  return prepareGoImage(MINIO_PROGRAMS, imageLabels(options));
}

function imageLabels({ variant = "a" }: ImageOptions): Record<string, string> {
  if (!/^[a-z0-9]+$/.test(variant)) throw new Error(`variant "${variant}": lowercase letters and digits only`);
  return { "pulumi-swarm.variant": variant };
}
