/** Counts of one user's operations on a store. */
export interface UserTraffic {
  /** `with the SDK's retries`, `without retries`. */
  user: string;
  /** Writes that the store acknowledged. */
  writes: number;
  reads: number;
  /** Operations that failed for this user, other than `cancelled` ones. */
  failed: string[];
  /**
   * Operations in flight on a member that was stopped, which answered with status 499. MinIO cancels them instead of
   * finishing them (its cmd/signals.go), and no SDK retries that status.
   */
  cancelled: string[];
  /** Requests that failed, including those that the SDK then retried successfully. */
  rawFailures: number;
  /** The longest time between two operations that succeeded, in milliseconds. */
  longestGapMs: number;
}

/** The result of writing and reading objects throughout a test. */
export interface TrafficReport {
  /** The SDK's default: three attempts. */
  retrying: UserTraffic;
  /** One attempt for each operation. */
  notRetrying: UserTraffic;
  /** Keys of acknowledged writes that could not be read back at the end, with the reason. */
  lost: string[];
  /** Keys of acknowledged writes that the store first reported as missing, and later returned. */
  missingAtFirst: string[];
  /** Keys of acknowledged writes that were read back with other content, at any time. */
  changed: string[];
}

/** Formats a report as lines for a test's output. */
export function formatTraffic({ retrying, notRetrying, lost, missingAtFirst, changed }: TrafficReport): string {
  const users = [retrying, notRetrying].map(formatUser);
  const examples = lost.slice(0, 3).map((line) => `; ${line}`);
  return [
    ...users,
    `  read back at the end: ${lost.length} lost, ${missingAtFirst.length} missing at first, ${changed.length} changed${examples.join("")}`,
  ].join("\n");
}

function formatUser({ user, writes, reads, failed, cancelled, rawFailures, longestGapMs }: UserTraffic): string {
  const reasons = [...new Set(failed.map((line) => line.slice(0, 80)))].slice(0, 4);
  return (
    `  ${user}: ${writes} writes, ${reads} reads, ${failed.length} failed, ${cancelled.length} cancelled by a stop, ` +
    `${rawFailures} requests failed, longest gap ${(longestGapMs / 1000).toFixed(2)} s${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`
  );
}
