import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../toolchain/cache.ts";
import { isAlive } from "../../toolchain/lock.mjs";

/** The folder with a project's state: backend, passphrase, working configuration, and Pulumi's home. */
export interface StateFolder {
  /** Folder of the Pulumi project: `Pulumi.yaml`, `Pulumi.<stack>.yaml`. */
  project: string;
  /** The project's name, from its `Pulumi.yaml`. */
  projectName: string;
  /** The state's own folder. */
  path: string;
  /** Folder of Pulumi's file backend. */
  backend: string;
  /** The file with the passphrase of the state's secrets. Readable by its owner only; never printed. */
  passphraseFile: string;
  /** PULUMI_HOME: plugins and settings, separate from the user's own. */
  home: string;
}

/**
 * Returns the state folder of a project. Creates it on first use, readable by its owner only.
 *
 * @param path where it is; tests use a temporary folder. @default `.state` in the project's folder
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

/** The prefix of a preview's event log, before it is unlinked. */
export const PREVIEW_PREFIX = "preview-";

/**
 * Removes files of killed runs that contain secrets or a copy of a state: event logs of earlier releases, temporary
 * passphrase files, exports.
 */
function removeStaleFiles(path: string): void {
  for (const name of readdirSync(path)) {
    const [, writer] = /^(?:passphrase\.|pending-)(\d+)\.(?:tmp|json)$/.exec(name) ?? [];
    const isLeft = name.startsWith(PREVIEW_PREFIX) || (writer !== undefined && !isAlive(Number(writer)));
    if (isLeft) rmSync(join(path, name), { recursive: true, force: true });
  }
}

/** Creates the passphrase once, atomically, and never replaces that of another run. */
function ensurePassphrase(file: string): void {
  if (existsSync(file)) return;
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary);
  }
}

/** Returns the file of a stack in Pulumi's file backend. */
export function stackFile(state: StateFolder, stack: string): string {
  return join(state.backend, ".pulumi", "stacks", state.projectName, `${stack}.json`);
}

/** The fields of a checkpoint that the commands use. */
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

/** A stack's stored state, including the fields that the commands do not use. */
export interface StoredState {
  checkpoint?: { latest?: Checkpoint };
}

export function readStoredState(state: StateFolder, stack: string): StoredState {
  return JSON.parse(readFileSync(stackFile(state, stack), "utf8")) as StoredState;
}

export function readCheckpoint(state: StateFolder, stack: string): Checkpoint {
  return readStoredState(state, stack).checkpoint?.latest ?? {};
}

/** The type of the resource with a state's identity. It outlives `down`, so that `up` recognises kept volumes. */
export const IDENTITY_TYPE = "swarm:index:Identity";

/** Returns whether a state contains nothing that `up` created, except its identity. */
export function isEmptyState(resources: readonly Pick<StoredResource, "type">[]): boolean {
  const stays = ["pulumi:pulumi:Stack", IDENTITY_TYPE];
  return resources.every(({ type }) => stays.includes(type) || type.startsWith("pulumi:providers:"));
}
