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

/** The parts of a name; undefined for an image's id and for what is no name. */
export function imageName(image: string): ImageName | undefined {
  const reference = /^((?:[\w.-]+(?::\d+)?\/)?[a-z0-9._/-]+)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;
  const [, repository, tag, digest] = reference.exec(image) ?? [];
  if (isImageId(image) || repository === undefined) return undefined;
  return { repository: repository.replace(/^(?:(?:index|registry-1)\.)?docker\.io\//, ""), tag, digest };
}

/** What keeps an image from being the same on every host and at every start. */
export function pinProblem(image: string, example: string): string | undefined {
  if (isImageId(image)) return undefined;
  const name = imageName(image);
  if (!name) return `is no image reference: give name:tag@sha256:…, such as ${example}`;
  if (name.tag === "latest") {
    return `"latest" is another image every time: give a release by tag and digest, such as ${example}`;
  }
  if (name.digest === undefined) {
    return "has no digest, and hosts may then run different binaries: add @sha256:…, as `docker buildx imagetools inspect` prints it";
  }
  return undefined;
}
