import type { EngineEvent } from "../lib/events.ts";
import { SECRET } from "./values.ts";

/** What `pulumi config --json --show-secrets` prints. */
export type ShownConfig = Record<string, { value?: string; objectValue?: unknown; secret: boolean }>;

/**
 * The values of a stack's config that are secret. Of a structured value only its secret parts are: which these are, the
 * run itself tells, in which they are masked.
 */
export function secretValues(shown: ShownConfig, events: readonly EngineEvent[]): string[] {
  const masked = events.find(({ preludeEvent }) => preludeEvent)?.preludeEvent?.config ?? {};
  const found = Object.entries(shown)
    .filter(([, { secret }]) => secret)
    .flatMap(([key, { value, objectValue }]) => secretTexts(objectValue ?? value, parsed(masked[key])));
  return [...new Set(found)];
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? JSON.stringify(SECRET)) as unknown;
  } catch {
    return text;
  }
}

function secretTexts(value: unknown, masked: unknown): string[] {
  if (typeof masked !== "object" || masked === null) return masked === SECRET ? textsIn(value) : [];
  if (typeof value !== "object" || value === null) return textsIn(value);
  const parts = masked as Record<string, unknown>;
  return Object.entries(value).flatMap(([key, part]) => secretTexts(part, parts[key]));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
