import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { readIfExists } from "../../toolchain/cache.ts";
import { isAlive, isPidUnused } from "../../toolchain/lock.mjs";
import { say } from "../../toolchain/progress.ts";
import { npmRun } from "./args.ts";
import { type ReadRun, type RecordedRun, readRuns, writeRun } from "./runs.ts";
import type { StateFolder } from "./state.ts";

/** A lock of Pulumi's file backend, with Pulumi's field names. */
interface Lock {
  pid: number;
  hostname: string;
  username?: string;
  timestamp?: string;
}

/** How long after its start Pulumi takes its lock at the latest, in milliseconds. */
const MAX_LOCK_DELAY_MS = 300_000;

/** File systems that no other machine can mount at the same time: ext, XFS, Btrfs, tmpfs, F2FS, ZFS, overlay. */
const LOCAL_FILE_SYSTEMS = [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010, 0x2fc12fc1, 0x794c7630];

/**
 * Removes stale locks of killed Pulumi processes from a stack, if the process has certainly ended. Keeps every other
 * lock, and prints its holder unless the holder is visibly running.
 */
export function clearStaleLocks(state: StateFolder, stack: string): void {
  const folder = lockFolder(state, stack);
  const runs = readRuns({ state, stack });
  for (const name of lockNames(folder)) {
    const file = join(folder, name);
    const lock = readLock(file);
    if (lock && isStale(lock, runs, folder)) {
      rmSync(file, { force: true });
      rmSync(`${file}.attrs`, { force: true });
      say(`removed the lock of a Pulumi that has ended (process ${lock.pid}) from stack ${stack}`);
    } else if (existsSync(file) && !(lock && isHolderRunning(lock, runs))) {
      say(
        `stack ${stack} is locked by ${lock ? describeHolder(lock) : `an unreadable lock, ${file}`}; if that no longer runs, free ` +
          `the stack: \`eval "$(${npmRun("-s env", stack)})"\`, then \`pulumi cancel\``,
      );
    }
  }
  // Removes only records of runs that had ended before the locks were read: their locks have been removed.
  for (const run of runs.filter((each) => each.isGone)) rmSync(run.file, { force: true });
}

/**
 * Runs `work` while this process holds the stack's lock, by the rules of Pulumi's file backend, so that no update can run
 * or start. Returns undefined without running it if another process holds the lock.
 *
 * @param work must be synchronous: the lock is held only for a moment
 */
export function withStackLock<T>(state: StateFolder, stack: string, work: () => T): T | undefined {
  const folder = lockFolder(state, stack);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (lockNames(folder).length > 0) return undefined;
  const name = `${randomUUID()}.json`;
  const run = writeRun({ state, stack }, process.pid, Date.now());
  try {
    writeLock(join(folder, name), join(state.path, `lock-${name}`));
    // Like Pulumi, check a second time: of two processes that lock at once, at least one sees the other.
    return lockNames(folder).length === 1 ? work() : undefined;
  } finally {
    rmSync(join(folder, name), { force: true });
    rmSync(run, { force: true });
  }
}

/** Writes this process's lock atomically: Pulumi treats every file in that folder as a lock, even a partial one. */
function writeLock(file: string, temporary: string): void {
  const lock: Lock = {
    pid: process.pid,
    username: username(),
    hostname: hostname(),
    timestamp: new Date().toISOString(),
  };
  try {
    writeFileSync(temporary, JSON.stringify(lock), { mode: 0o600 });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Returns whether the lock's process has certainly ended. */
function isStale(lock: Lock, runs: readonly ReadRun[], folder: string): boolean {
  if (lock.hostname !== hostname()) return false;
  const own = runs.filter((run) => holdsLock(run, lock));
  if (own.length > 0) return own.every((run) => run.isGone);
  // If these commands did not start the Pulumi, only its process id is known.
  return isPidUnused(lock.pid) && LOCAL_FILE_SYSTEMS.includes(Number(statfsSync(folder).type));
}

/** Returns whether a recorded run holds the lock. The id alone may belong to a process in another PID namespace. */
function holdsLock(run: RecordedRun, { pid, hostname: host, timestamp = "" }: Lock): boolean {
  const age = Date.parse(timestamp) - run.startedAt;
  return run.pid === pid && run.hostname === host && age >= 0 && age <= MAX_LOCK_DELAY_MS;
}

/** Returns whether the lock's process is visibly running here; then Pulumi itself reports it. */
function isHolderRunning(lock: Lock, runs: readonly ReadRun[]): boolean {
  return lock.hostname === hostname() && isAlive(lock.pid) && !runs.some((run) => holdsLock(run, lock) && run.isGone);
}

function describeHolder({ pid, username: user = "", hostname: host, timestamp = "" }: Lock): string {
  return `process ${pid} of ${user}@${host}${timestamp && ` since ${timestamp}`}`;
}

function lockFolder(state: StateFolder, stack: string): string {
  return join(state.backend, ".pulumi", "locks", "organization", state.projectName, stack);
}

function lockNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Returns undefined for an incomplete lock. */
function readLock(path: string): Lock | undefined {
  try {
    const lock = JSON.parse(readIfExists(path) ?? "") as Partial<Lock>;
    return lock.pid && lock.hostname ? (lock as Lock) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function username(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return "";
  }
}
