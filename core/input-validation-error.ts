/** An invalid argument: its name, its value, and how to fix it. */
export interface ValidationIssue {
  /** The path of the argument, in the user's spelling: `pools.main.hosts[0]`. */
  argument: string;
  /** The invalid value. Must not be a secret. */
  value: unknown;
  /** The problem, and how to fix it. */
  problem: string;
}

/** Formats an issue as one line: `MinioService "store": port 99999: must be …`. */
export function formatIssue(subject: string, { argument, value, problem }: ValidationIssue): string {
  return `${subject}: ${argument} ${formatValue(value)}: ${problem}`;
}

/** Invalid input, thrown before anything is changed. The message has one line for each issue. */
export class InputValidationError extends Error {
  /** Marks an error that Pulumi prints without a stack trace, like its own RunError. */
  readonly __pulumiRunError = true;
  readonly issues: readonly ValidationIssue[];
  constructor(subject: string, issues: readonly ValidationIssue[]) {
    super(issues.map((issue) => formatIssue(subject, issue)).join("\n"));
    this.name = "InputValidationError";
    this.issues = issues;
  }
}

/** Throws one error with all issues, so that one run shows them all. Returns if there are none. */
export function throwIfInvalid(subject: string, issues: readonly ValidationIssue[]): void {
  if (issues.length > 0) throw new InputValidationError(subject, issues);
}

function formatValue(value: unknown): string {
  if (value === undefined) return "(not given)";
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value);
}
