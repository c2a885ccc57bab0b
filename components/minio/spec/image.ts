import * as pulumi from "@pulumi/pulumi";
import { knownValue, validateWhenKnown } from "../../shared/inputs.ts";
import { DEFAULT_MINIO_IMAGE } from "../../../core/default-images.ts";
import { imagePinError, isImageId, parseImageName } from "../../../core/image-name.ts";
import { throwIfInvalid, type ValidationIssue } from "../../../core/input-validation-error.ts";

const KNOWN_VULNERABILITIES =
  "CVE-2026-40344 and CVE-2026-41145: anyone who knows an access key can write objects without a signature";

/** Validates an image that is known. */
export function validateImage(image: string | undefined): ValidationIssue[] {
  if (image === undefined) return [];
  const problem = /^minio\//.test(parseImageName(image)?.repository ?? "")
    ? `MinIO's repositories on Docker Hub were deleted: use the maintained ${DEFAULT_MINIO_IMAGE}`
    : imagePinError(image, DEFAULT_MINIO_IMAGE);
  return problem === undefined ? [] : [{ argument: "image", value: image, problem }];
}

/** Returns a warning about a valid image, if there is one. */
export function imageWarning(image: string): string | undefined {
  if (parseImageName(image)?.repository === "quay.io/minio/minio") {
    return `image "${image}" is no longer maintained and is vulnerable to ${KNOWN_VULNERABILITIES}; the maintained one is ${DEFAULT_MINIO_IMAGE}`;
  }
  if (isImageId(image)) {
    return `image "${image}" is identified by its id only: one built from github.com/minio/minio as published is vulnerable to ${KNOWN_VULNERABILITIES}; the one that pulumi-swarm builds is fixed`;
  }
  return undefined;
}

/** Returns the image, validated once it is known. Logs its warning, if there is one. */
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

/** Returns the last part of an image's name, without tag and digest, such as `silo`. */
export function imageBasename(image: string): string | undefined {
  return parseImageName(image)?.repository.split("/").at(-1);
}
