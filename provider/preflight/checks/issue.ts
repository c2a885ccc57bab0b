import { type ValidationIssue, formatIssue } from "../../../core/input-validation-error.ts";

/** What a finding is about: the columns of the table of findings, in this order. */
export const CHECKS = [
  "engine",
  "machine",
  "swarm",
  "identity",
  "clock",
  "kernel",
  "addresses",
  "mtu",
  "ports",
  "disks",
  "names",
] as const;
export type Check = (typeof CHECKS)[number];

/** Those that only the machine itself answers, whatever its engine knows. */
export const MACHINE_CHECKS: readonly Check[] = ["clock", "kernel", "mtu", "ports", "disks"];

/** Something that is found before anything is touched. */
export interface PreflightIssue extends ValidationIssue {
  /** Whose argument it is about: `OverlayNetwork "storage"`. */
  subject: string;
  check: Check;
  /** Keys of the hosts that it is about. */
  hosts: readonly string[];
  /** Whether the run goes on, and this is only said. @default false: the run is refused */
  warning?: boolean;
}

/** The one line that a user reads. */
export function formatPreflightIssue({ subject, argument, value, problem }: PreflightIssue): string {
  return formatIssue(subject, { argument, value, problem });
}

/** A finding that refuses what is to be made, and only warns of what runs already. */
export function downgradeToWarningIf(running: boolean, finding: PreflightIssue): PreflightIssue {
  return running ? { ...finding, warning: true } : finding;
}
