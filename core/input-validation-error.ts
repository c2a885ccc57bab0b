/** One wrong argument: what it is called, what it was, and how to get it right. */
export interface ValidationIssue {
  /** The argument, as the user wrote it: `pools.main.hosts[0]`. */
  argument: string;
  /** The value given. Never pass a secret. */
  value: unknown;
  /** What is wrong with it, and the way out. */
  problem: string;
}

/** The one line that a user reads: `MinioService "store": port 99999: must be …`. */
export function formatIssue(subject: string, { argument, value, problem }: ValidationIssue): string {
  return `${subject}: ${argument} ${printed(value)}: ${problem}`;
}

/** Raised for wrong input, before anything is touched. Its message is one line a finding. */
export class InputValidationError extends Error {
  /** By this Pulumi knows an error that is meant for the program's user (its RunError), and prints no stack trace. */
  readonly __pulumiRunError = true;
  readonly issues: readonly ValidationIssue[];
  constructor(subject: string, findings: readonly ValidationIssue[]) {
    super(findings.map((finding) => formatIssue(subject, finding)).join("\n"));
    this.name = "RefusedError";
    this.issues = findings;
  }
}

/** Refuses when there is something to refuse; all findings at once, so that one run shows them all. */
export function throwIfInvalid(subject: string, findings: readonly ValidationIssue[]): void {
  if (findings.length > 0) throw new InputValidationError(subject, findings);
}

function printed(value: unknown): string {
  if (value === undefined) return "(not given)";
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value);
}
