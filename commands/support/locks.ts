import { existsSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { readIfThere } from "../../toolchain/cache.ts";
import { isAlive } from "../../toolchain/lock.mjs";
import { say } from "../../toolchain/progress.ts";
import type { StateFolder } from "./state.ts";

/** Who holds a lock of Pulumi's file backend. */
interface Lock {
  pid: number;
  hostname: string;
}

/**
 * Removes the locks that a killed Pulumi left on a stack: only those of this machine whose process is gone. Every other
 * lock stays, and Pulumi says who holds it.
 */
export function clearStaleLocks(state: StateFolder, stack: string): void {
  const folder = join(state.backend, ".pulumi", "locks", "organization", state.projectName, stack);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
    const lock = readLock(join(folder, name));
    if (!lock || lock.hostname !== hostname() || isAlive(lock.pid)) continue;
    rmSync(join(folder, name), { force: true });
    rmSync(join(folder, `${name}.attrs`), { force: true });
    say(`removed the lock of a Pulumi that is gone (process ${lock.pid}) from stack ${stack}`);
  }
}

/** A lock that is half written belongs to a Pulumi that runs. */
function readLock(path: string): Lock | undefined {
  try {
    const lock = JSON.parse(readIfThere(path) ?? "") as Partial<Lock>;
    return lock.pid && lock.hostname ? { pid: lock.pid, hostname: lock.hostname } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
