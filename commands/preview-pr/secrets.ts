import type { EngineEvent } from "../lib/events.ts";
import { SECRET } from "./values.ts";

/** The output of `pulumi config --json --show-secrets`. */
export type DecryptedConfig = Record<string, { value?: string; objectValue?: unknown; secret: boolean }>;

/**
 * Returns the secret values of a stack's config. Of a structured value returns only the secret parts, which the run's
 * events mask.
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
