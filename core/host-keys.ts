import type { ValidationIssue } from "./input-validation-error.ts";

/** Validates keys of hosts: each exists in the Swarm and is listed once. */
export function validateHostKeys(
  argument: string,
  keys: readonly string[],
  known: readonly string[],
): ValidationIssue[] {
  const duplicates = keys.filter((key, index) => keys.indexOf(key) !== index);
  const unknown = keys.filter((key) => !known.includes(key));
  const problem = `is not a host of the Swarm, which has ${known.toSorted().join(", ")}`;
  return [
    ...duplicates.map((value) => ({ argument, value, problem: "is listed twice: list each host once" })),
    ...unknown.map((value) => ({ argument, value, problem })),
  ];
}
