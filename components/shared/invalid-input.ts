import { throwIfInvalid, type ValidationIssue } from "../../core/input-validation-error.ts";

const aborts = new Set<() => void>();

/** Calls `abort` when a component has issues. The program then fails. */
export function onInvalidInput(abort: () => void): void {
  aborts.add(abort);
}

/** Throws if a component has issues. Resources that the program declared before are not created either. */
export function rejectIssues(subject: string, issues: readonly ValidationIssue[]): void {
  if (issues.length > 0) for (const abort of aborts) abort();
  throwIfInvalid(subject, issues);
}
