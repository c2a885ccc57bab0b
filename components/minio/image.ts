import * as pulumi from "@pulumi/pulumi";
import { parseImageName, isImageId, imagePinError } from "../../core/image-name.ts";
import { validateWhenKnown, knownValue } from "../shared/inputs.ts";
import { type ValidationIssue, throwIfInvalid } from "../../core/input-validation-error.ts";

/** Silo, the maintained fork of MinIO: same API, same settings, same format on disk. */
export const DEFAULT_MINIO_IMAGE =
  "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:635197cb9f36d01bee221d34d1c7d7960f6a95c48b0b6c01d99cd13bdae51a46";

const KNOWN_VULNERABILITIES =
  "CVE-2026-40344 and CVE-2026-41145: whoever knows an access key writes objects without a signature";

/** What keeps an image from being used. */
export function validateImage(image: string): ValidationIssue[] {
  const problem = imageError(image);
  return problem === undefined ? [] : [{ argument: "image", value: image, problem }];
}

/** What its user should know of an image that may be used. */
export function imageWarning(image: string): string | undefined {
  const name = parseImageName(image);
  if (name?.repository === "quay.io/minio/minio") {
    return `image "${image}" is no longer maintained and open to ${KNOWN_VULNERABILITIES}; the maintained one is ${DEFAULT_MINIO_IMAGE}`;
  }
  if (isImageId(image)) {
    return `image "${image}" is known by its id alone: one built from github.com/minio/minio as published is open to ${KNOWN_VULNERABILITIES}; the one that pulumi-swarm builds is repaired`;
  }
  return undefined;
}

/** The image, once it is known to be one that may be used, with a word of warning where that is due. */
export function validatedImage(
  subject: string,
  image: pulumi.Input<string>,
  resource: pulumi.Resource,
): pulumi.Input<string> {
  const warn = (known: string) => {
    const warning = imageWarning(known);
    if (warning !== undefined) void pulumi.log.warn(`${subject}: ${warning}`, resource);
  };
  const known = knownValue(image);
  if (known !== undefined) {
    warn(known);
    return known;
  }
  return validateWhenKnown(image, (value) => {
    throwIfInvalid(subject, validateImage(value));
    warn(value);
  });
}

/** The last part of an image's name, without tag and digest: `silo`. */
export function imageBasename(image: string): string | undefined {
  return parseImageName(image)?.repository.split("/").at(-1);
}

function imageError(image: string): string | undefined {
  if (/^minio\//.test(parseImageName(image)?.repository ?? "")) {
    return `MinIO's repositories on Docker Hub were deleted: use the maintained ${DEFAULT_MINIO_IMAGE}`;
  }
  return imagePinError(image, DEFAULT_MINIO_IMAGE);
}
