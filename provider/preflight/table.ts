import { type Check, CHECKS, type PreflightIssue } from "./checks/issue.ts";

/**
 * Hosts by checks, each with the worst that was found; only the checks in which something was. Findings about no host
 * in particular are not in it.
 *
 * @param isUnknown whether a host could not be asked
 */
export function formatIssueTable(
  findings: readonly PreflightIssue[],
  hosts: readonly string[],
  isUnknown: (host: string, check: Check) => boolean,
): string {
  const checks = CHECKS.filter((check) => findings.some((finding) => finding.check === check && finding.hosts.length));
  const cell = (host: string, check: Check) => {
    const found = findings.filter((finding) => finding.check === check && finding.hosts.includes(host));
    if (found.some(({ warning }) => !warning)) return "refused";
    if (found.length > 0) return "warning";
    return isUnknown(host, check) ? "-" : "ok";
  };
  const rows = hosts.map((host) => [host, ...checks.map((check) => cell(host, check))]);
  return aligned([["host", ...checks], ...rows]);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows
    .map((row) =>
      row
        .map((text, at) => text.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
