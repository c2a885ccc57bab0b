import type { ValidationIssue } from "./input-validation-error.ts";

/** Validates a value that must be one of a few, if one is given. */
export function validateChoice<T extends string>(
  argument: string,
  value: T | undefined,
  allowed: readonly T[],
): ValidationIssue[] {
  if (value === undefined || allowed.includes(value)) return [];
  return [{ argument, value, problem: `must be ${allowed.map((one) => `"${one}"`).join(" or ")}` }];
}
