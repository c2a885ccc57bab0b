/** The parts of an image reference. */
export interface ImageName {
  /** Without the registry if it is Docker Hub: `pgsty/silo`, `quay.io/minio/minio`. */
  repository: string;
  tag?: string;
  digest?: string;
}

/** Returns whether a reference is an image id, which only names an image that the engine has. */
export function isImageId(image: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(image);
}

/** The registry in the names of images built here. Nothing listens there, so that engines pull no other image. */
export const BUILT_IMAGE_PREFIX = "localhost:1/pulumi-swarm";

/**
 * Returns whether a reference names an image built here. The tag of such an image is a hash of its contents, because
 * its id differs between engines: the containerd image store, the default since Docker 29, uses another hash.
 */
export function isBuiltImage(image: string): boolean {
  return /^localhost:1\/pulumi-swarm\/[a-z0-9]+:\w[\w.-]*-[0-9a-f]{12}$/.test(image);
}

/** Returns whether an engine can never pull the image. */
export function isUnpullable(image: string): boolean {
  return isImageId(image) || isBuiltImage(image);
}

/** Parses an image reference. Returns undefined for an image id and for an invalid reference. */
export function parseImageName(image: string): ImageName | undefined {
  const reference = /^((?:[\w.-]+(?::\d+)?\/)?[a-z0-9._/-]+)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;
  const [, repository, tag, digest] = reference.exec(image) ?? [];
  if (isImageId(image) || repository === undefined) return undefined;
  return { repository: repository.replace(/^(?:(?:index|registry-1)\.)?docker\.io\//, ""), tag, digest };
}

/** Returns why a reference may name different images on different hosts or at different times, if so. */
export function imagePinError(image: string, example: string): string | undefined {
  if (isUnpullable(image)) return undefined;
  const name = parseImageName(image);
  if (!name) return `is not an image reference: give name:tag@sha256:…, such as ${example}`;
  if (name.tag === "latest") {
    return `is tagged "latest", which changes with every release: give a release by tag and digest, such as ${example}`;
  }
  if (name.digest === undefined) {
    return "has no digest, and hosts may then run different binaries: add @sha256:…, as `docker buildx imagetools inspect` prints it";
  }
  return undefined;
}
