/** One wrong argument: what it is called, what it was, and how to get it right. */
export interface Finding {
  /** The argument, as the user wrote it: `pools.main.hosts[0]`. */
  argument: string;
  /** The value given. Never pass a secret. */
  value: unknown;
  /** What is wrong with it, and the way out. */
  problem: string;
}

/** The one line that a user reads: `MinioService "store": port 99999: must be …`. */
export function findingLine(subject: string, { argument, value, problem }: Finding): string {
  return `${subject}: ${argument} ${printed(value)}: ${problem}`;
}

/** Raised for wrong input, before anything is touched. Its message is one line a finding. */
export class RefusedError extends Error {
  /** By this Pulumi knows an error that is meant for the program's user (its RunError), and prints no stack trace. */
  readonly __pulumiRunError = true;
  readonly findings: readonly Finding[];
  constructor(subject: string, findings: readonly Finding[]) {
    super(findings.map((finding) => findingLine(subject, finding)).join("\n"));
    this.name = "RefusedError";
    this.findings = findings;
  }
}

/** Refuses when there is something to refuse; all findings at once, so that one run shows them all. */
export function refuse(subject: string, findings: readonly Finding[]): void {
  if (findings.length > 0) throw new RefusedError(subject, findings);
}

function printed(value: unknown): string {
  if (value === undefined) return "(not given)";
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value);
}
