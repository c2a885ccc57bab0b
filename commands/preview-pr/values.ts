import { containsUnknown, deepEqual } from "../../provider/runtime/values.ts";
import { spellings } from "./secret-encodings.ts";

/** A property that differs. */
export interface PropertyChange {
  /** `spec.TaskTemplate.ContainerSpec.Image`. */
  path: string;
  /** Printed; absent where there was or will be none. */
  before?: string;
  after?: string;
}

/** By this Pulumi marks a secret in what it writes down; the value itself is not there. */
const SECRET_MARK = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"] as const;
export const SECRET = "[secret]";
const UNKNOWN = "(known after the update)";
/** How much of a value is shown. */
const LONGEST = 120;

/** Inputs that only say how a resource is reached, made or looked at; who reads a preview cannot use them. */
const PLUMBING = new Set([
  ...["__provider", "managers", "nodes", "connection", "rollout", "peers", "immutable"],
  ...["demands", "leftovers", "outages", "ready", "recorded", "unlockable"],
]);

/** What a provider's bridge notes within inputs: which of them it has filled in itself. */
const NOTES = "__defaults";

/** Where the inputs of a resource differ, the plumbing left out. */
export function propertyChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): PropertyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !PLUMBING.has(key));
  return keys.flatMap((key) => changesAt(before[key], after[key], key));
}

function changesAt(before: unknown, after: unknown, path: string): PropertyChange[] {
  if (deepEqual(before, after) && !containsUnknown(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  if (!isObject(before) || !isObject(after)) return [{ path, before: printed(before), after: printed(after) }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changesAt(before[key], after[key], `${path}.${key}`));
}

/** Of a list, such as an environment or labels, only what went and came. */
function listChanges(before: readonly unknown[], after: readonly unknown[], path: string): PropertyChange[] {
  const [had, has] = [before.map(spelled), after.map(spelled)];
  const gone = had.filter((item) => !has.includes(item));
  const come = has.filter((item) => !had.includes(item));
  if (gone.length + come.length === 0) return [{ path, before: printed(before), after: printed(after) }];
  const named = (list: string[]) => (list.length === 0 ? undefined : printed(list.join(", ")));
  return [{ path, before: named(gone), after: named(come) }];
}

function printed(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const line = spelled(value).replace(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** A value as text. */
function spelled(value: unknown): string {
  const plain = (part: unknown) => (typeof part === "string" && containsUnknown(part) ? UNKNOWN : part);
  const own = (key: string, part: unknown) => (key === NOTES ? undefined : plain(part));
  return typeof value === "string" ? String(plain(value)) : JSON.stringify(value, own);
}

/**
 * The value with every secret in it masked: those that Pulumi marks, and texts that are known to be secret, which a
 * program may have passed on as plain ones.
 */
export function masked<T>(value: T, secrets: readonly string[]): T {
  return mask(value, spellings(secrets)) as T;
}

function mask(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === "string") return texts.reduce((text, secret) => text.replaceAll(secret, SECRET), value);
  if (Array.isArray(value)) return value.map((item) => mask(item, texts));
  if (typeof value !== "object" || value === null) return value;
  const [mark, kind] = SECRET_MARK;
  if ((value as Record<string, unknown>)[mark] === kind) return SECRET;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key, texts), mask(item, texts)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
