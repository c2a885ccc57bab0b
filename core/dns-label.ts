import type { ValidationIssue } from "./input-validation-error.ts";

/** What is said of a name that is none. */
export const DNS_LABEL_RULE = "must be a lowercase DNS label: letters, digits and inner hyphens, at most 63";

/** Whether a name can be part of one in DNS, as hosts and services have it: `node-1`. */
export function isDnsLabel(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}

/** What is wrong with the name of a service, by which containers find it. */
export function validateServiceName(serviceName: string): ValidationIssue[] {
  if (isDnsLabel(serviceName)) return [];
  const problem = `${DNS_LABEL_RULE}; without it the component's name is taken`;
  return [{ argument: "serviceName", value: serviceName, problem }];
}
