import type { Finding } from "../shared/refusal.ts";

/** Silo, the maintained fork of MinIO: same API, same settings, same format on disk. */
export const DEFAULT_MINIO_IMAGE =
  "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:635197cb9f36d01bee221d34d1c7d7960f6a95c48b0b6c01d99cd13bdae51a46";

const KNOWN_HOLES = "CVE-2026-40344 and CVE-2026-41145: whoever knows an access key writes objects without a signature";

interface ImageName {
  /** Without registry when that is Docker Hub: `pgsty/silo`, `quay.io/minio/minio`. */
  repository: string;
  tag?: string;
  digest?: string;
}

/** What keeps an image from being used. */
export function imageFindings(image: string): Finding[] {
  const problem = imageProblem(image);
  return problem === undefined ? [] : [{ argument: "image", value: image, problem }];
}

/** What its user should know of an image that may be used. */
export function imageWarning(image: string): string | undefined {
  const name = parsed(image);
  if (name?.repository === "quay.io/minio/minio") {
    return `image "${image}" is no longer maintained and open to ${KNOWN_HOLES}; the maintained one is ${DEFAULT_MINIO_IMAGE}`;
  }
  if (isImageId(image)) {
    return `image "${image}" is known by its id alone: if it is built from github.com/minio/minio it is open to ${KNOWN_HOLES}`;
  }
  return undefined;
}

/** The last part of an image's name, without tag and digest: `silo`. */
export function imageBasename(image: string): string | undefined {
  return parsed(image)?.repository.split("/").at(-1);
}

function imageProblem(image: string): string | undefined {
  if (isImageId(image)) return undefined;
  const name = parsed(image);
  if (!name) return `is no image reference: give name:tag@sha256:…, such as ${DEFAULT_MINIO_IMAGE}`;
  if (/^minio\//.test(name.repository)) {
    return `MinIO's repositories on Docker Hub were deleted: use the maintained ${DEFAULT_MINIO_IMAGE}`;
  }
  if (name.tag === "latest") {
    return `"latest" is another image every time: give a release by tag and digest, such as ${DEFAULT_MINIO_IMAGE}`;
  }
  if (name.digest === undefined) {
    return "has no digest, and members with different binaries refuse each other: add @sha256:…, as `docker buildx imagetools inspect` prints it";
  }
  return undefined;
}

function isImageId(image: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(image);
}

function parsed(image: string): ImageName | undefined {
  const reference = /^((?:[\w.-]+(?::\d+)?\/)?[a-z0-9._/-]+)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;
  const [, repository, tag, digest] = reference.exec(image) ?? [];
  if (isImageId(image) || repository === undefined) return undefined;
  return { repository: repository.replace(/^(?:(?:index|registry-1)\.)?docker\.io\//, ""), tag, digest };
}
