import { CHECKS, type PreflightFinding } from "./finding.ts";

/**
 * Hosts by checks, each with the worst that was found; only the checks in which something was. Findings about no host
 * in particular are not in it.
 */
export function findingsTable(
  findings: readonly PreflightFinding[],
  hosts: readonly string[],
  silent: readonly string[],
): string {
  const checks = CHECKS.filter((check) => findings.some((finding) => finding.check === check && finding.hosts.length));
  const cell = (host: string, check: string) => {
    const found = findings.filter((finding) => finding.check === check && finding.hosts.includes(host));
    if (found.some(({ warning }) => !warning)) return "refused";
    if (found.length > 0) return "warning";
    return silent.includes(host) ? "-" : "ok";
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
