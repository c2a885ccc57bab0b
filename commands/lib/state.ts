import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../toolchain/cache.ts";
import { isAlive } from "../../toolchain/lock.mjs";

/** The folder of one Pulumi project's state: backend, passphrase, working configuration, Pulumi's home. */
export interface StateFolder {
  /** Folder of the Pulumi project: `Pulumi.yaml`, `Pulumi.<stack>.yaml`. */
  project: string;
  /** The project's name, from its `Pulumi.yaml`. */
  projectName: string;
  /** The state's own folder. */
  path: string;
  /** Folder of Pulumi's file backend. */
  backend: string;
  /** File with the passphrase of the secrets in the state. Readable by its owner alone; never printed. */
  passphraseFile: string;
  /** PULUMI_HOME: plugins and settings, apart from the user's own. */
  home: string;
}

/**
 * The state folder of a project, made on first use and readable by its owner alone.
 *
 * @param path where to keep it; tests give a folder of their own. @default `.state` in the project's folder
 */
export function openState(project: string = ROOT, path: string = join(project, ".state")): StateFolder {
  const state: StateFolder = {
    project,
    projectName: (parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")) as { name: string }).name,
    path,
    backend: join(path, "backend"),
    passphraseFile: join(path, "passphrase"),
    home: join(path, "home"),
  };
  for (const folder of [path, state.backend, state.home]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  removeStaleFiles(path);
  ensurePassphrase(state.passphraseFile);
  return state;
}

/** How the name begins that the event log of a preview has for a moment. */
export const PREVIEW_PREFIX = "preview-";

/**
 * Removes what a killed run left that holds secrets or is a copy of a state: event logs of earlier releases, passphrase
 * files without their name, exports.
 */
function removeStaleFiles(path: string): void {
  for (const name of readdirSync(path)) {
    const [, writer] = /^(?:passphrase\.|pending-)(\d+)\.(?:tmp|json)$/.exec(name) ?? [];
    const isLeft = name.startsWith(PREVIEW_PREFIX) || (writer !== undefined && !isAlive(Number(writer)));
    if (isLeft) rmSync(join(path, name), { recursive: true, force: true });
  }
}

/** Made once. It appears under its name only when it is whole, and never replaces another run's. */
function ensurePassphrase(file: string): void {
  if (existsSync(file)) return;
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  try {
    linkSync(beside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(beside);
  }
}

/** Where Pulumi's file backend keeps a stack. */
export function stackFile(state: StateFolder, stack: string): string {
  return join(state.backend, ".pulumi", "stacks", state.projectName, `${stack}.json`);
}

/** What Pulumi's file backend knows of a stack, as far as the commands look at it. */
export interface Checkpoint {
  resources?: StoredResource[];
  pending_operations?: { resource: { urn: string } }[];
}

export interface StoredResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  /** Whether Pulumi refuses to delete it. */
  protect?: boolean;
}

/** A stack's state as it is stored, with all that the commands do not look at. */
export interface StoredState {
  checkpoint?: { latest?: Checkpoint };
}

export function readStoredState(state: StateFolder, stack: string): StoredState {
  return JSON.parse(readFileSync(stackFile(state, stack), "utf8")) as StoredState;
}

export function readCheckpoint(state: StateFolder, stack: string): Checkpoint {
  return readStoredState(state, stack).checkpoint?.latest ?? {};
}

/** The type of the resource that holds a state's identity, which outlives `down`: kept volumes are known by it. */
export const IDENTITY_TYPE = "swarm:index:Identity";

/** Whether a state holds nothing that `up` made but its identity. */
export function isEmptyState(resources: readonly Pick<StoredResource, "type">[]): boolean {
  const stays = ["pulumi:pulumi:Stack", IDENTITY_TYPE];
  return resources.every(({ type }) => stays.includes(type) || type.startsWith("pulumi:providers:"));
}
