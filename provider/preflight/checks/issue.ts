import { type ValidationIssue, formatIssue } from "../../../core/input-validation-error.ts";

/** The subjects of issues. These are the columns of the table of issues, in this order. */
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

/** The checks that need facts of the machine; its engine is not enough. */
export const MACHINE_CHECKS: readonly Check[] = ["kernel", "mtu", "ports", "disks"];

/** An issue that the preflight found, before anything is changed. */
export interface PreflightIssue extends ValidationIssue {
  /** The component that the argument belongs to: `OverlayNetwork "storage"`. */
  subject: string;
  check: Check;
  /** Keys of the affected hosts; empty if no host in particular is. */
  hosts: readonly string[];
  /** Whether to warn only. @default false: the issue stops the run */
  warning?: boolean;
}

/** An issue of the service that is being checked. */
export type ServiceIssue = Omit<PreflightIssue, "subject">;

/** Formats the line for the user. */
export function formatPreflightIssue({ subject, argument, value, problem }: PreflightIssue): string {
  return formatIssue(subject, { argument, value, problem });
}

/** Turns an issue into a warning if its subject is already running. */
export function downgradeToWarningIf(isRunning: boolean, issue: PreflightIssue): PreflightIssue {
  return isRunning ? { ...issue, warning: true } : issue;
}
