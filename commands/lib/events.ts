import { existsSync, readFileSync } from "node:fs";

/** An event of Pulumi's event log; the fields that are used here. */
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
  /** `create`, `update`, `replace`, `delete`, `same`, `refresh` or a variant of one. */
  op: string;
  urn: string;
  type: string;
  /** Properties that differ, if the provider reports them. */
  diffs?: string[] | null;
  detailedDiff?: Record<string, unknown> | null;
  old?: StepState | null;
  new?: StepState | null;
}

/** A resource before or after a step. Secrets are masked by Pulumi. */
export interface StepState {
  /** URN of the parent; empty for the stack itself. */
  parent?: string;
  /** Whether a provider manages it; a component only has children. */
  custom?: boolean;
  inputs?: Record<string, unknown> | null;
}

/** A message of a policy. */
export interface PolicyEvent {
  resourceUrn?: string;
  message: string;
  policyName: string;
  policyPackName: string;
  enforcementLevel: string;
}

/** Reads the events that an event log contains so far. */
export function readEvents(path: string): EngineEvent[] {
  return existsSync(path) ? parseEvents(readFileSync(path, "utf8")) : [];
}

/** Parses an event log, which may be incomplete. */
export function parseEvents(text: string): EngineEvent[] {
  const lines = text.split("\n");
  // The last line is empty or incomplete.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as EngineEvent);
}

/** Returns the logical name at the end of a URN. */
export function nameFromUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Returns whether Pulumi created the provider itself. Pulumi neither shows nor counts these. */
export function isDefaultProvider(type: string, name: string): boolean {
  return type.startsWith("pulumi:providers:") && /^default(_|$)/.test(name);
}
