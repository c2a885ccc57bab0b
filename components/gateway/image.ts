import { imagePinError } from "../../core/image-name.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";

/**
 * The official image of HAProxy's long-term series 3.2, in the variant with BusyBox, which the probes run. Decision 13
 * compares other proxies.
 */
export const DEFAULT_GATEWAY_IMAGE =
  "haproxy:3.2.25-alpine@sha256:5d97434a423c2533cfeb42874d45cf6d69a840b60334582dfbfd5008e94c80be";

/** Validates an image that is known. */
export function validateGatewayImage(image: string): ValidationIssue[] {
  const problem = imagePinError(image, DEFAULT_GATEWAY_IMAGE);
  return problem === undefined ? [] : [{ argument: "image", value: image, problem }];
}
