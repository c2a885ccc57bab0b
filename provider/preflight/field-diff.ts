/** A setting of a network that differs from what is required. */
export interface FieldDiff {
  argument: string;
  wanted: unknown;
  found: unknown;
}

/** Formats the found value for messages. */
export function formatFound({ found }: FieldDiff): string {
  return found === undefined ? "none" : JSON.stringify(found);
}

/** Returns JSON that does not depend on the order of fields, for comparisons. */
export function stableJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}
