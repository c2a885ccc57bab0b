import { deepEqual } from "../runtime/diff.ts";

/** The change of one property. */
export type PropertyChange = "add" | "delete" | "update";

/** One changed property of a resource. */
export interface PropertyDiff {
  /** Path of the property, as Pulumi writes it: `spec.TaskTemplate.Networks[0].Target`. */
  path: string;
  change: PropertyChange;
  /** Whether the change replaces the resource. */
  replace: boolean;
}

/**
 * Returns each property that differs, at its own path, so that a preview shows the one label that changed and not the
 * whole object that holds it.
 *
 * @param replaces top-level properties that replace the resource when they change; each is in the result, changed or
 * not
 */
export function detailedDiff(olds: object, news: object, replaces: readonly string[] = []): PropertyDiff[] {
  const found = differences(olds, news, "");
  const isReplace = ({ path }: Change) => replaces.includes(topLevel(path));
  const missing = replaces.filter((key) => !found.some(({ path }) => topLevel(path) === key));
  return [
    ...found.map((each) => ({ ...each, replace: isReplace(each) })),
    ...missing.map((key) => ({ path: key, change: "update" as const, replace: true })),
  ];
}

type Change = Omit<PropertyDiff, "replace">;

function differences(old: unknown, now: unknown, path: string): Change[] {
  if (deepEqual(old, now)) return [];
  if (old === undefined || old === null) return [{ path, change: "add" }];
  if (now === undefined || now === null) return [{ path, change: "delete" }];
  if (Array.isArray(old) && Array.isArray(now)) {
    const length = Math.max(old.length, now.length);
    return Array.from({ length }, (_, at) => at).flatMap((at) => differences(old[at], now[at], `${path}[${at}]`));
  }
  if (isRecord(old) && isRecord(now)) {
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
      differences(old[key], now[key], joined(path, key)),
    );
  }
  return [{ path, change: "update" }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joined(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}["${key.replaceAll('"', '\\"')}"]`;
  return path === "" ? key : `${path}.${key}`;
}

const topLevel = (path: string) => /^(?:\["(.*?)"\]|([^.[]+))/.exec(path)?.slice(1).find(Boolean) ?? path;
