import type { ValidationIssue } from "./input-validation-error.ts";

/** Validates a TCP port, if one is given. */
export function validatePort(argument: string, port: number | undefined): ValidationIssue[] {
  if (port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65_535)) return [];
  return [{ argument, value: port, problem: "must be a whole number from 1 to 65535" }];
}
