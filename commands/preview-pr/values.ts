import { containsUnknown, deepEqual } from "../../provider/runtime/diff.ts";
import { secretEncodings } from "./secret-encodings.ts";

/** A property with different values. */
export interface PropertyChange {
  /** For example `spec.TaskTemplate.ContainerSpec.Image`. */
  path: string;
  /** The formatted value; absent if there is none. */
  before?: string;
  after?: string;
}

/** The key that Pulumi writes in place of a secret; the value itself is not there. */
const SECRET_SIGNATURE = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"] as const;
export const SECRET = "[secret]";
const UNKNOWN = "(known after the update)";
/** The most characters of a value that are shown. */
const MAX_LENGTH = 120;

/**
 * Inputs that only control how the provider reaches, creates or inspects a resource, and mean nothing to a reviewer.
 */
const INTERNAL_INPUTS = new Set([
  ...["managers", "nodes", "connection", "rollout", "peers", "immutable"],
  ...["requirements", "orphanedNetworks", "outages", "ready", "recordedIds", "hasUnlockKey"],
]);

/** The key under which a bridged provider lists the inputs that it has filled in itself. */
const BRIDGE_DEFAULTS = "__defaults";

/** Returns the differences between the inputs of a resource, without internal ones. */
export function propertyChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): PropertyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !INTERNAL_INPUTS.has(key));
  return keys.flatMap((key) => changesAt(before[key], after[key], key));
}

function changesAt(before: unknown, after: unknown, path: string): PropertyChange[] {
  if (deepEqual(before, after) && !containsUnknown(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  if (!isObject(before) || !isObject(after)) return [{ path, before: formatValue(before), after: formatValue(after) }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changesAt(before[key], after[key], `${path}.${key}`));
}

/** Returns only the removed and added items of a list, such as an environment or labels. */
function listChanges(before: readonly unknown[], after: readonly unknown[], path: string): PropertyChange[] {
  const [itemsBefore, itemsAfter] = [before.map(toText), after.map(toText)];
  const removed = itemsBefore.filter((item) => !itemsAfter.includes(item));
  const added = itemsAfter.filter((item) => !itemsBefore.includes(item));
  if (removed.length + added.length === 0) return [{ path, before: formatValue(before), after: formatValue(after) }];
  const named = (list: string[]) => (list.length === 0 ? undefined : formatValue(list.join(", ")));
  return [{ path, before: named(removed), after: named(added) }];
}

function formatValue(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const line = toText(value).replace(/\s+/g, " ");
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}

function toText(value: unknown): string {
  const plain = (part: unknown) => (typeof part === "string" && containsUnknown(part) ? UNKNOWN : part);
  const own = (key: string, part: unknown) => (key === BRIDGE_DEFAULTS ? undefined : plain(part));
  return typeof value === "string" ? String(plain(value)) : JSON.stringify(value, own);
}

/**
 * Masks every secret in a value: those that Pulumi marks, and texts that are known to be secret, because a program may
 * have passed them on as plain text.
 */
export function maskSecrets<T>(value: T, secrets: readonly string[]): T {
  return mask(value, secretEncodings(secrets)) as T;
}

function mask(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === "string") return texts.reduce((text, secret) => text.replaceAll(secret, SECRET), value);
  if (Array.isArray(value)) return value.map((item) => mask(item, texts));
  if (typeof value !== "object" || value === null) return value;
  const [mark, kind] = SECRET_SIGNATURE;
  if ((value as Record<string, unknown>)[mark] === kind) return SECRET;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key, texts), mask(item, texts)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
