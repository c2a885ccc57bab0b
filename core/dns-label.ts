import type { ValidationIssue } from "./input-validation-error.ts";

/** The message for an invalid name. */
export const DNS_LABEL_RULE = "must be a lowercase DNS label: letters, digits and inner hyphens, at most 63";

/** Returns whether a name is a lowercase DNS label, which names of hosts and services must be: `node-1`. */
export function isDnsLabel(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}

/** Validates the name of a service, under which containers resolve it. */
export function validateServiceName(serviceName: string): ValidationIssue[] {
  if (isDnsLabel(serviceName)) return [];
  const problem = `${DNS_LABEL_RULE}; it defaults to the component's name`;
  return [{ argument: "serviceName", value: serviceName, problem }];
}
