import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { errorMessage } from "../../engine/error-message.ts";
import { readIfExists, writeIfChanged } from "../../toolchain/cache.ts";
import { say } from "../../toolchain/progress.ts";
import { type StateFolder, stackFile } from "./state.ts";

/** The fields of a stack's configuration file that are used here. */
export interface StackConfig {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
  [key: string]: unknown;
}

/**
 * The working copy of a stack's configuration file. Pulumi writes into that file (`encryptionsalt`, `pulumi config set`),
 * and tracked files must not change. The copy contains the tracked file, values for this machine only, and everything
 * that the user set with `pulumi config set`.
 */
export interface WorkingConfig {
  /** The path in PULUMI_OPTION_CONFIG_FILE. */
  path: string;
  /** The last written version without the user's changes, which are the difference from it. */
  basePath: string;
}

export function workingConfig(state: StateFolder, stack: string): WorkingConfig {
  const folder = join(state.path, "config");
  return { path: join(folder, `Pulumi.${stack}.yaml`), basePath: join(folder, `.${stack}.base.yaml`) };
}

/**
 * Updates the working copy. Writes it only if it differs.
 *
 * @param local values for keys that the tracked file does not set, such as the image that was built here
 */
export function writeWorkingConfig(state: StateFolder, stack: string, local: Record<string, unknown>): string {
  const { path, basePath } = workingConfig(state, stack);
  const tracked = readStackFile(state, stack);
  const base = { ...local, ...tracked.config };
  updateFile(path, (working) => {
    const changes = working
      ? userChanges(readYaml(basePath)?.config ?? {}, working.config ?? {})
      : new Map<string, unknown>();
    const config = applyChanges(base, changes);
    const salt = tracked.encryptionsalt ?? working?.encryptionsalt ?? saltFromState(state, stack);
    for (const key of changes.keys()) say(`config ${key}: uses the value in the working copy (${path})`);
    return { ...tracked, config, ...(salt ? { encryptionsalt: salt } : {}) };
  });
  // Written last: if a run is killed in between, a newer base would make values of the tracked file look like changes of
  // the user.
  writeIfChanged(basePath, stringify({ config: base }), 0o600);
  return path;
}

/** Rewrites a file based on its content. Starts over if another process changes the file in the meantime. */
function updateFile(path: string, change: (now: StackConfig | undefined) => StackConfig): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (;;) {
    const before = readIfExists(path);
    const text = stringify(change(parseConfig(path, before)));
    if (readIfExists(path) !== before) continue;
    writeIfChanged(path, text, 0o600);
    return;
  }
}

/** Reads the tracked configuration of a stack: `Pulumi.<stack>.yaml` next to `Pulumi.yaml`. */
export function readStackFile(state: StateFolder, stack: string): StackConfig {
  return readYaml(join(state.project, `Pulumi.${stack}.yaml`)) ?? {};
}

/** Returns the config that Pulumi uses: the working copy with the user's changes, or the tracked file. */
export function effectiveConfig(state: StateFolder, stack: string): Record<string, unknown> {
  return (readYaml(workingConfig(state, stack).path) ?? readStackFile(state, stack)).config ?? {};
}

/** Saves the salt that `pulumi stack init` created in the working copy. */
export function saveSalt(state: StateFolder, stack: string, salt: string): void {
  updateFile(workingConfig(state, stack).path, (working) => ({ ...working, encryptionsalt: salt }));
}

/** Sets a key in the working copy like `pulumi config set`: it overrides the tracked file. */
export function setInWorkingConfig(state: StateFolder, stack: string, key: string, value: unknown): void {
  const { path } = workingConfig(state, stack);
  updateFile(path, (working) => ({ ...working, config: { ...working?.config, [key]: value } }));
}

/** Returns what the user set or removed since the base was written; the value of a removed key is undefined. */
function userChanges(base: Record<string, unknown>, now: Record<string, unknown>): Map<string, unknown> {
  const keys = new Set([...Object.keys(base), ...Object.keys(now)]);
  const changed = [...keys].filter((key) => !isDeepStrictEqual(base[key], now[key]));
  return new Map(changed.map((key) => [key, now[key]]));
}

function applyChanges(base: Record<string, unknown>, changes: Map<string, unknown>): Record<string, unknown> {
  const all = { ...base, ...Object.fromEntries(changes) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Reads the salt from a stack's state, in case the working copy was deleted. */
function saltFromState(state: StateFolder, stack: string): string | undefined {
  const file = stackFile(state, stack);
  if (!existsSync(file)) return undefined;
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    checkpoint?: { latest?: { secrets_providers?: { state?: { salt?: string } } } };
  };
  return checkpoint?.latest?.secrets_providers?.state?.salt;
}

function readYaml(path: string): StackConfig | undefined {
  return parseConfig(path, readIfExists(path));
}

/** Parses a file. An empty one counts as missing: Pulumi truncates it before writing, and may be killed in between. */
function parseConfig(path: string, text = ""): StackConfig | undefined {
  try {
    return (parse(text) as StackConfig | null) ?? undefined;
  } catch (error) {
    throw new Error(`${path}: is not valid YAML: ${errorMessage(error).trimEnd()}`, { cause: error });
  }
}
