/** The parts of an image's name. */
export interface ImageName {
  /** Without registry when that is Docker Hub: `pgsty/silo`, `quay.io/minio/minio`. */
  repository: string;
  tag?: string;
  digest?: string;
}

/** Whether it is an image's id, by which an engine knows what it has, and which nobody pulls. */
export function isImageId(image: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(image);
}

/** Where images are said to be from that were built here: nothing listens there, so that engines find no other. */
export const BUILT_IMAGE_PREFIX = "localhost:1/pulumi-swarm";

/**
 * Whether it is the name of an image that was built here, by a tag that is made of its contents. Unlike its id it is the
 * same in every engine: the containerd image store, the default since Docker 29, knows images by another hash.
 */
export function isBuiltImage(image: string): boolean {
  return /^localhost:1\/pulumi-swarm\/[a-z0-9]+:\w[\w.-]*-[0-9a-f]{12}$/.test(image);
}

/** Whether engines have it or lack it, and never pull it. */
export function isUnpullable(image: string): boolean {
  return isImageId(image) || isBuiltImage(image);
}

/** The parts of a name; undefined for an image's id and for what is no name. */
export function parseImageName(image: string): ImageName | undefined {
  const reference = /^((?:[\w.-]+(?::\d+)?\/)?[a-z0-9._/-]+)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;
  const [, repository, tag, digest] = reference.exec(image) ?? [];
  if (isImageId(image) || repository === undefined) return undefined;
  return { repository: repository.replace(/^(?:(?:index|registry-1)\.)?docker\.io\//, ""), tag, digest };
}

/** What keeps an image from being the same on every host and at every start. */
export function imagePinError(image: string, example: string): string | undefined {
  if (isUnpullable(image)) return undefined;
  const name = parseImageName(image);
  if (!name) return `is no image reference: give name:tag@sha256:…, such as ${example}`;
  if (name.tag === "latest") {
    return `"latest" is another image every time: give a release by tag and digest, such as ${example}`;
  }
  if (name.digest === undefined) {
    return "has no digest, and hosts may then run different binaries: add @sha256:…, as `docker buildx imagetools inspect` prints it";
  }
  return undefined;
}
