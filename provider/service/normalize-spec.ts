/** Fields with keys that users choose: a key that was added by hand is drift. */
const USER_KEYED_FIELDS = new Set(["Labels", "Options"]);

/** Fields that older engines drop: their absence is not drift. */
const UNKNOWN_TO_OLDER_ENGINES = new Set(["StartInterval"]);

/**
 * Projects the live spec onto the fields of the desired one and fills in empty and zero values, which the Engine omits.
 * The result equals `desired` if and only if no desired field has drifted.
 */
export function projectOntoDesired<T>(desired: T, live: unknown, key?: string): T {
  return project(desired, live, key) as T;
}

function project(desired: unknown, live: unknown, key?: string): unknown {
  if (live === undefined || live === null) {
    const isMissed = !isEmpty(desired) && !UNKNOWN_TO_OLDER_ENGINES.has(key ?? "");
    return isMissed ? undefined : desired;
  }
  // A field that is no longer desired.
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

/**
 * Returns whether the Engine omits the value: zero, false, an empty string, list or object, or an object of only such
 * values.
 */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === 0 || value === false || value === "") return true;
  return typeof value === "object" && Object.values(value).every(isEmpty);
}

/**
 * Returns the settings with an undefined value for every field that only `others` has, so that a comparison includes
 * it.
 */
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
