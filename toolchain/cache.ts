import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createHash, randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { processToken, sweep, tryLock } from "./lock.mjs";

/** The clone that this file lies in. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Where everything built or downloaded is kept: outside the clone, shared by all clones of a user. */
export function cacheRoot(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pulumi-swarm");
}

/** A short hash of files and words: what a piece is made of, so that a change of any of it makes a new piece. */
export function cacheKey(version: string, parts: readonly string[], files: readonly string[] = []): string {
  const hash = createHash("sha256").update([process.platform, process.arch, ...parts].join("\0"));
  for (const file of files) hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
  return `${version}-${hash.digest("hex").slice(0, 12)}`;
}

/** A thing in the cache: a folder that is there whole or not at all. */
export interface CacheEntry {
  /** Folder below the cache's root: what kind of thing it is. */
  name: string;
  /** Version and hash of everything it is made of, from `keyOf`. */
  key: string;
  /** Fills the folder given. May throw: nothing is kept then. */
  create: (folder: string) => Promise<void>;
}

export function cachePath({ name, key }: Pick<CacheEntry, "name" | "key">): string {
  return join(cacheRoot(), name, key);
}

export function isCached(piece: Pick<CacheEntry, "name" | "key">): boolean {
  return existsSync(cachePath(piece));
}

/**
 * The piece's folder, made if it is missing. It is made beside its final place and renamed, so a run that is killed
 * leaves nothing that looks whole. A second run waits for the first one; should both get to the rename, the first wins
 * and the other's copy, which is as good, is thrown away.
 */
export async function ensureCached(piece: CacheEntry): Promise<string> {
  const final = cachePath(piece);
  if (existsSync(final)) return final;
  const parent = dirname(final);
  mkdirSync(parent, { recursive: true });
  return await withFileLock(join(parent, `.${piece.key}.held`), async () => {
    if (existsSync(final)) return final;
    sweep(parent, ".tmp-");
    const folder = mkdtempSync(join(parent, `.tmp-${processToken()}-`));
    try {
      await piece.create(folder);
      publishFolder(folder, final);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return final;
  });
}

function publishFolder(folder: string, final: string): void {
  try {
    renameSync(folder, final);
  } catch (error) {
    if (!existsSync(final)) throw error;
  }
}

/**
 * Runs `work` while no other process of this machine runs it. The lock of a process that is gone is cleared; one of a
 * process that cannot be seen from here, as in another container, is waited for.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  let announced = false;
  let release = tryLock(path);
  while (!release) {
    if (!announced) process.stderr.write(`waiting for another run that holds ${path} (remove it if there is none)\n`);
    announced = true;
    await new Promise((done) => setTimeout(done, 300));
    release = tryLock(path);
  }
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/** The file's text, or undefined when there is no such file. */
export function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes a file whole or not at all, and only when its text changes. Gives back whether it did. */
export function writeIfChanged(path: string, text: string, mode = 0o644): boolean {
  if (readIfExists(path) === text) return false;
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    writeFileSync(beside, text, { mode, flag: "wx" });
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
  return true;
}
