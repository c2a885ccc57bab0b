/** Where a network differs from what it is to be. */
export interface FieldDiff {
  argument: string;
  wanted: unknown;
  found: unknown;
}

/** A text that is the same for the same value, in whatever order its fields are. */
export function stableJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}
