import { imagePinError } from "../../core/image-name.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";

/**
 * The official image of Traefik. Caddy is no alternative: since 2.11.4 it drops request headers with underscores and
 * dots, including S3 metadata such as `x-amz-meta-created_by`, which invalidates the request's signature.
 */
export const DEFAULT_GATEWAY_IMAGE =
  "traefik:v3.7.13@sha256:24841fe2de7304c149343d877d2923b4c8800a38ba015dea9174c23b20e344a0";

/** Validates an image that is known. */
export function validateGatewayImage(image: string): ValidationIssue[] {
  const problem = imagePinError(image, DEFAULT_GATEWAY_IMAGE);
  return problem === undefined ? [] : [{ argument: "image", value: image, problem }];
}
