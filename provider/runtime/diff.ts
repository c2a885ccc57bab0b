import { isDeepStrictEqual } from "node:util";

/** The value that Pulumi passes to a provider in place of one that is not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Returns whether a value, or any value inside it, is not known yet. */
export function containsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsUnknown);
}

/** Returns the keys with values that differ between `olds` and `news`. */
export function changedKeys<T extends object>(
  olds: Partial<T>,
  news: T,
  keys: readonly (keyof T & string)[],
): string[] {
  return keys.filter((key) => !deepEqual(olds[key], news[key]));
}

/** Compares plain data. A missing field equals an undefined one. */
export function deepEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(withoutUndefined(a), withoutUndefined(b));
}

function withoutUndefined(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}
