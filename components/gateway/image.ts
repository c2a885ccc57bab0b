import { imagePinError } from "../../core/image-name.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";

/**
 * Traefik, the official image. Not Caddy: from 2.11.4 on that drops request headers with underscores and dots, and with
 * them S3 metadata such as `x-amz-meta-created_by`, which breaks the request's signature.
 */
export const DEFAULT_GATEWAY_IMAGE =
  "traefik:v3.7.13@sha256:24841fe2de7304c149343d877d2923b4c8800a38ba015dea9174c23b20e344a0";

/** What keeps an image from being used. */
export function validateGatewayImage(image: string): ValidationIssue[] {
  const problem = imagePinError(image, DEFAULT_GATEWAY_IMAGE);
  return problem === undefined ? [] : [{ argument: "image", value: image, problem }];
}
