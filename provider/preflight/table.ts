import { type Check, CHECKS, type PreflightIssue } from "./checks/issue.ts";

/**
 * Formats a table of hosts by checks, each with its worst issue. Leaves out checks without issues, and issues of no
 * host in particular. The provider has no table library at run time: cli-table3 is a development dependency of `npm run
 * status`.
 *
 * @param isUnknown whether a host could not be inspected
 */
export function formatIssueTable(
  issues: readonly PreflightIssue[],
  hosts: readonly string[],
  isUnknown: (host: string, check: Check) => boolean,
): string {
  const checks = CHECKS.filter((check) => issues.some((issue) => issue.check === check && issue.hosts.length));
  const cell = (host: string, check: Check) => {
    const found = issues.filter((issue) => issue.check === check && issue.hosts.includes(host));
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
