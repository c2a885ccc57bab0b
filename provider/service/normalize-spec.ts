/** Fields whose keys users choose: a key added by hand is drift as well. */
const USER_KEYED_FIELDS = new Set(["Labels", "Options"]);

/** Fields that older engines do not know and drop: not to find them there is no drift. */
const UNKNOWN_TO_OLDER_ENGINES = new Set(["StartInterval"]);

/**
 * The live value, told in the words of the desired one: only the fields that are asked for, and what the Engine leaves
 * out because it is empty or zero is put back. Equal to `desired` exactly when nothing that is asked for has drifted.
 */
export function projectOntoDesired<T>(desired: T, live: unknown, key?: string): T {
  return project(desired, live, key) as T;
}

function project(desired: unknown, live: unknown, key?: string): unknown {
  if (live === undefined || live === null) {
    const isMissed = !isEmpty(desired) && !UNKNOWN_TO_OLDER_ENGINES.has(key ?? "");
    return isMissed ? undefined : desired;
  }
  // A place for what is no longer asked for.
  if (desired === undefined && isEmpty(live)) return undefined;
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) return live;
    return desired.map((item, index) => project(item, live[index]));
  }
  if (typeof desired !== "object" || desired === null || typeof live !== "object") return live;
  if (key !== undefined && USER_KEYED_FIELDS.has(key)) return live;
  const fields = live as Record<string, unknown>;
  return Object.fromEntries(Object.entries(desired).map(([name, value]) => [name, project(value, fields[name], name)]));
}

/** What the Engine does not bother to send: nothing, zero, false, an empty text, list or object, or objects of such. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === 0 || value === false || value === "") return true;
  return typeof value === "object" && Object.values(value).every(isEmpty);
}

/** The settings with a place for whatever the others have, so that a comparison sees what was added. */
export function addKeysFrom<T>(others: unknown, settings: T): T {
  return mergeKeys(others, settings) as T;
}

function mergeKeys(others: unknown, settings: unknown): unknown {
  if (Array.isArray(settings)) {
    const isAlike = Array.isArray(others) && others.length === settings.length;
    return isAlike ? settings.map((item, index) => mergeKeys(others[index], item)) : settings;
  }
  if (!isObject(others) || !isObject(settings)) return settings;
  const keys = [...new Set([...Object.keys(settings), ...Object.keys(others)])];
  return Object.fromEntries(keys.map((key) => [key, mergeKeys(others[key], settings[key])]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
