import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createHash, randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { acquireLock, processToken, removeStale } from "./lock.mjs";

/** The root folder of this clone. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Returns the cache for everything that is built or downloaded: outside the clone, shared by all clones of a user. */
export function cacheRoot(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pulumi-swarm");
}

/** Returns a key with a short hash of everything that an entry is built from, so that any change creates a new entry. */
export function cacheKey(version: string, parts: readonly string[], files: readonly string[] = []): string {
  const hash = createHash("sha256").update([process.platform, process.arch, ...parts].join("\0"));
  for (const file of files) hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
  return `${version}-${hash.digest("hex").slice(0, 12)}`;
}

/** An entry of the cache: a folder that exists completely or not at all. */
export interface CacheEntry {
  /** The folder below the cache's root. */
  name: string;
  /** Version, and hash of everything that it is built from: see `cacheKey`. */
  key: string;
  /** Fills the given folder. If it throws, nothing is kept. */
  create: (folder: string) => Promise<void>;
}

export function cachePath({ name, key }: Pick<CacheEntry, "name" | "key">): string {
  return join(cacheRoot(), name, key);
}

export function isCached(entry: Pick<CacheEntry, "name" | "key">): boolean {
  return existsSync(cachePath(entry));
}

/**
 * Returns the entry's folder, and creates it if it is missing. The folder is filled under a temporary name and renamed,
 * so that a killed run leaves no incomplete entry. A second run waits for the first one. If both reach the rename, the
 * first wins and the other copy, which is equal, is removed.
 */
export async function ensureCached(entry: CacheEntry): Promise<string> {
  const final = cachePath(entry);
  if (existsSync(final)) return final;
  const parent = dirname(final);
  mkdirSync(parent, { recursive: true });
  return await withFileLock(join(parent, `.${entry.key}.held`), async () => {
    if (existsSync(final)) return final;
    removeStale(parent, ".tmp-");
    const folder = mkdtempSync(join(parent, `.tmp-${processToken()}-`));
    try {
      await entry.create(folder);
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
 * Runs `work` while this process holds the lock. Removes the lock of a process that has ended, and waits for a process
 * that is not visible here, such as one in another container.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const release = await acquireLock(path, () => {
    process.stderr.write(`waiting for another run that holds ${path} (remove it if there is none)\n`);
  });
  try {
    return await work();
  } finally {
    release();
  }
}

/** Returns the file's text; undefined if there is no such file. */
export function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes a file atomically, and only if its text changes. Returns whether it did. */
export function writeIfChanged(path: string, text: string, mode = 0o644): boolean {
  if (readIfExists(path) === text) return false;
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    writeFileSync(temporary, text, { mode, flag: "wx" });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return true;
}
