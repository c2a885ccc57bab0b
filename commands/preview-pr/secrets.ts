import type { EngineEvent } from "../lib/events.ts";
import { SECRET } from "./values.ts";

/** What `pulumi config --json --show-secrets` prints. */
export type DecryptedConfig = Record<string, { value?: string; objectValue?: unknown; secret: boolean }>;

/**
 * The values of a stack's config that are secret. Of a structured value only its secret parts are: which these are, the
 * run itself tells, in which they are masked.
 */
export function secretValues(shown: DecryptedConfig, events: readonly EngineEvent[]): string[] {
  const masked = events.find(({ preludeEvent }) => preludeEvent)?.preludeEvent?.config ?? {};
  const found = Object.entries(shown)
    .filter(([, { secret }]) => secret)
    .flatMap(([key, { value, objectValue }]) => collectSecrets(objectValue ?? value, parseValue(masked[key])));
  return [...new Set(found)];
}

function parseValue(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? JSON.stringify(SECRET)) as unknown;
  } catch {
    return text;
  }
}

function collectSecrets(value: unknown, masked: unknown): string[] {
  if (typeof masked !== "object" || masked === null) return masked === SECRET ? collectTexts(value) : [];
  if (typeof value !== "object" || value === null) return collectTexts(value);
  const parts = masked as Record<string, unknown>;
  return Object.entries(value).flatMap(([key, part]) => collectSecrets(part, parts[key]));
}

function collectTexts(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(collectTexts);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
