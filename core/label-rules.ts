import type { ValidationIssue } from "./input-validation-error.ts";

const RESERVED_LABEL = /^(pulumi-swarm|com\.docker|io\.docker|org\.dockerproject)\./;

/** Validates the names of a user's labels. */
export function validateLabels(argument: string, labels: Record<string, unknown> = {}): ValidationIssue[] {
  const reserved = Object.keys(labels).filter((label) => RESERVED_LABEL.test(label));
  const problem = "begins like a label that Docker or pulumi-swarm sets itself: choose another name for it";
  return reserved.map((label) => ({ argument: `${argument}["${label}"]`, value: labels[label], problem }));
}
