import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { readIfExists, writeIfChanged } from "../../toolchain/cache.ts";
import { say } from "../../toolchain/progress.ts";
import { type StateFolder, stackFile } from "./state.ts";

/** A stack's configuration file, as far as it matters here. */
export interface StackConfig {
  config?: Record<string, unknown>;
  encryptionsalt?: string;
  [key: string]: unknown;
}

/**
 * Pulumi writes into a stack's configuration file (`encryptionsalt`, `pulumi config set`), and tracked files stay as
 * they are: so Pulumi is given a working copy. It holds the tracked file, the values that only this machine needs, and
 * whatever the user set in it by `pulumi config set`.
 */
export interface WorkingConfig {
  /** What PULUMI_OPTION_CONFIG_FILE names. */
  path: string;
  /** What was last written without the user's own changes: the base to find these by. */
  basePath: string;
}

export function workingConfig(state: StateFolder, stack: string): WorkingConfig {
  const folder = join(state.path, "config");
  return { path: join(folder, `Pulumi.${stack}.yaml`), basePath: join(folder, `.${stack}.base.yaml`) };
}

/**
 * Brings the working copy up to date; written only when it differs.
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
    for (const key of changes.keys()) say(`config ${key}: as set in the working copy (${path})`);
    return { ...tracked, config, ...(salt ? { encryptionsalt: salt } : {}) };
  });
  // After the working copy: with a newer base a run that was killed in between would leave values of the tracked file that
  // look as if the user had set them.
  writeIfChanged(basePath, stringify({ config: base }), 0o600);
  return path;
}

/** Rewrites a file from what is in it, also when a `pulumi config set` or another run has just changed that. */
function updateFile(path: string, change: (now: StackConfig | undefined) => StackConfig): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (;;) {
    const before = readIfExists(path);
    const text = stringify(change(parseConfig(before)));
    if (readIfExists(path) !== before) continue;
    writeIfChanged(path, text, 0o600);
    return;
  }
}

/** The tracked configuration of a stack: `Pulumi.<stack>.yaml` beside `Pulumi.yaml`. */
export function readStackFile(state: StateFolder, stack: string): StackConfig {
  return readYaml(join(state.project, `Pulumi.${stack}.yaml`)) ?? {};
}

/** What a stack's config says: the working copy, with what the user set in it, where there is one. */
export function effectiveConfig(state: StateFolder, stack: string): Record<string, unknown> {
  return (readYaml(workingConfig(state, stack).path) ?? readStackFile(state, stack)).config ?? {};
}

/** Keeps the salt that `pulumi stack init` made, in the working copy. */
export function saveSalt(state: StateFolder, stack: string, salt: string): void {
  updateFile(workingConfig(state, stack).path, (working) => ({ ...working, encryptionsalt: salt }));
}

/** Sets a key in the working copy as `pulumi config set` does: it stays whatever the tracked file says later. */
export function setInWorkingConfig(state: StateFolder, stack: string, key: string, value: unknown): void {
  const { path } = workingConfig(state, stack);
  updateFile(path, (working) => ({ ...working, config: { ...working?.config, [key]: value } }));
}

/** What was set or removed since the base was written: key → its value, or undefined for removed. */
function userChanges(base: Record<string, unknown>, now: Record<string, unknown>): Map<string, unknown> {
  const keys = new Set([...Object.keys(base), ...Object.keys(now)]);
  const changed = [...keys].filter((key) => !isDeepStrictEqual(base[key], now[key]));
  return new Map(changed.map((key) => [key, now[key]]));
}

function applyChanges(base: Record<string, unknown>, changes: Map<string, unknown>): Record<string, unknown> {
  const all = { ...base, ...Object.fromEntries(changes) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The salt that a stack's state was encrypted with: the working copy may have been deleted. */
function saltFromState(state: StateFolder, stack: string): string | undefined {
  const file = stackFile(state, stack);
  if (!existsSync(file)) return undefined;
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    checkpoint?: { latest?: { secrets_providers?: { state?: { salt?: string } } } };
  };
  return checkpoint?.latest?.secrets_providers?.state?.salt;
}

function readYaml(path: string): StackConfig | undefined {
  return parseConfig(readIfExists(path));
}

/** An empty file is as good as none: Pulumi empties it before it writes, and may have been killed in between. */
function parseConfig(text = ""): StackConfig | undefined {
  return (parse(text) as StackConfig | null) ?? undefined;
}
