/** What one user of the store saw. */
export interface UserTraffic {
  /** `with the SDK's retries`, `without retries`. */
  user: string;
  /** Writes that the store acknowledged. */
  writes: number;
  reads: number;
  /** Operations that failed for this user, but for `cancelled`. */
  failed: string[];
  /**
   * Operations that a member was at when it was told to stop, and answered with status 499. MinIO cancels them then
   * instead of ending them (its cmd/signals.go), and no SDK tries again what has that status.
   */
  cancelled: string[];
  /** Requests that failed; the SDK's retries may have made up for them. */
  rawFailures: number;
  /** The longest time between two operations that succeeded, in milliseconds. */
  longestGapMs: number;
}

/** What came of writing and reading all along. */
export interface TrafficReport {
  /** As the SDK is by default: three attempts. */
  retrying: UserTraffic;
  /** One attempt for everything. */
  notRetrying: UserTraffic;
  /** Keys of acknowledged writes that could not be read back at the end, and why. */
  lost: string[];
  /** Keys of acknowledged writes that the store said it did not have, and then had. */
  missingAtFirst: string[];
  /** Keys of acknowledged writes that read back different, along the way or at the end. */
  changed: string[];
}

/** An account in lines for the reader of a test's output. */
export function formatTraffic({ retrying, notRetrying, lost, missingAtFirst, changed }: TrafficReport): string {
  const both = [retrying, notRetrying].map(formatUser);
  const why = lost.slice(0, 3).map((line) => `; ${line}`);
  return [
    ...both,
    `  read back at the end: ${lost.length} lost, ${missingAtFirst.length} denied at first, ${changed.length} changed${why.join("")}`,
  ].join("\n");
}

function formatUser({ user, writes, reads, failed, cancelled, rawFailures, longestGapMs }: UserTraffic): string {
  const reasons = [...new Set(failed.map((line) => line.slice(0, 80)))].slice(0, 4);
  return (
    `  ${user}: ${writes} writes, ${reads} reads, ${failed.length} failed, ${cancelled.length} cancelled by a stop, ` +
    `${rawFailures} requests failed, longest gap ${(longestGapMs / 1000).toFixed(2)} s${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`
  );
}
