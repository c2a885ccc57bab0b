import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureGoPrograms, type GoPrograms } from "../../toolchain/go.ts";
import { MINIO_PROGRAMS } from "../../toolchain/minio-image.ts";
import type { SiteImage } from "./registry.ts";

const HEALTH_CHECK: GoPrograms = {
  name: "silo-stand-in",
  version: "1",
  programs: { silo: { module: "silo-stand-in", package: "." } },
};

/** Returns an image with the programs of Silo that stacks use: our MinIO, its client, and Silo's health check. */
export async function siloImage(): Promise<SiteImage> {
  const minio = await ensureGoPrograms(MINIO_PROGRAMS);
  const silo = await ensureGoPrograms(HEALTH_CHECK);
  const program = (name: string, folder: string, source = name) => {
    return { name: `usr/bin/${name}`, mode: 0o755, content: readFileSync(join(folder, source)) };
  };
  return {
    files: [
      { name: "tmp/", mode: 0o1777 },
      { name: "usr/", mode: 0o755 },
      { name: "usr/bin/", mode: 0o755 },
      ...[program("minio", minio), program("mc", minio), program("mcli", minio, "mc"), program("silo", silo)],
    ],
    entrypoint: ["/usr/bin/minio"],
    env: ["PATH=/usr/bin", "HOME=/tmp"],
  };
}
