import type { ValidationIssue } from "./input-validation-error.ts";

/** What is wrong with keys that name hosts of a Swarm. */
export function validateHostKeys(
  argument: string,
  keys: readonly string[],
  known: readonly string[],
): ValidationIssue[] {
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  const strangers = keys.filter((key) => !known.includes(key));
  const problem = `is no host of the Swarm: it has ${known.toSorted().join(", ")}`;
  return [
    ...twice.map((value) => ({ argument, value, problem: "is there twice: name each host once" })),
    ...strangers.map((value) => ({ argument, value, problem })),
  ];
}
