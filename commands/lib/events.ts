import { existsSync, readFileSync } from "node:fs";

/** An event of Pulumi's event log, as far as it is used here. */
export interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
  resOpFailedEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { message: string; severity: string; urn?: string; ephemeral?: boolean };
  policyEvent?: PolicyEvent;
  /** The stack's config, its secrets masked; a structured value as JSON. */
  preludeEvent?: { config?: Record<string, string> };
  summaryEvent?: { resourceChanges: Record<string, number> };
}

/** One operation on one resource. */
export interface StepMetadata {
  /** `create`, `update`, `replace`, `delete`, `same`, `refresh` and their kin. */
  op: string;
  urn: string;
  type: string;
  /** Properties that differ, where the provider says so. */
  diffs?: string[] | null;
  detailedDiff?: Record<string, unknown> | null;
  old?: StepState | null;
  new?: StepState | null;
}

/** A resource before or after a step. Secrets are masked by Pulumi. */
export interface StepState {
  /** URN of the parent; empty for the stack itself. */
  parent?: string;
  /** Whether a provider makes it; a component is made of its children alone. */
  custom?: boolean;
  inputs?: Record<string, unknown> | null;
}

/** What a policy had to say. */
export interface PolicyEvent {
  resourceUrn?: string;
  message: string;
  policyName: string;
  policyPackName: string;
  enforcementLevel: string;
}

/** Reads an event log, as far as it is written by now. */
export function readEvents(path: string): EngineEvent[] {
  return existsSync(path) ? parseEvents(readFileSync(path, "utf8")) : [];
}

/** The events of an event log, or of its beginning. */
export function parseEvents(text: string): EngineEvent[] {
  const lines = text.split("\n");
  // The last line is empty, or half written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as EngineEvent);
}

/** The logical name that a URN ends in. */
export function nameFromUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Pulumi makes these by itself, keeps the stack's whole configuration in them, and neither shows nor counts them. */
export function isDefaultProvider(type: string, name: string): boolean {
  return type.startsWith("pulumi:providers:") && /^default(_|$)/.test(name);
}
