import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeIfChanged } from "../toolchain/cache.ts";
import { isGone, isFromThisBoot, processToken } from "../toolchain/lock.mjs";

/** A fixed folder, so that labs find each other. It is on disk, because engines store their images in it. */
export const LABS = "/var/tmp/pulumi-swarm-lab";

/** Maximum number of labs at the same time. */
const MAX_LABS = 64;

/** Identifies a process, even if a later process has the same id. */
export interface ProcessIdentity {
  pid: number;
  /** Its start time in clock ticks. */
  started: string;
  /** Identifies it in other PID namespaces as well. */
  token?: string;
}

/** The number of a lab on this machine, from which its names and addresses are derived. */
export interface Slot {
  number: number;
  /** The folder of the lab's files. */
  folder: string;
}

/** Reads a process's identity from /proc; undefined if it does not run. */
export function getProcessIdentity(pid: number): ProcessIdentity | undefined {
  try {
    // The name in brackets may contain spaces; the fields after it do not. The start time is field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields[0] === "Z" ? undefined : { pid, started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

export function isRunning(mark: ProcessIdentity): boolean {
  return getProcessIdentity(mark.pid)?.started === mark.started;
}

/** Claims the first free slot for the lifetime of this process. */
export function claimSlot(): Slot {
  mkdirSync(LABS, { recursive: true, mode: 0o700 });
  for (let number = 0; number < MAX_LABS; number++) {
    const folder = join(LABS, String(number));
    if (!createFolder(folder)) continue;
    writeProcessFile(join(folder, "owner"), process.pid);
    return { number, folder };
  }
  throw new Error(`no room for another lab: ${MAX_LABS} exist; see ${LABS}`);
}

/** Lists the slots of processes that have ended. */
export function listAbandonedSlots(): Slot[] {
  return listSlots().filter(({ folder }) => {
    const owner = readProcessFile(join(folder, "owner"));
    // Without an owner file it is just being claimed, or its removal was interrupted.
    return owner !== undefined && isAbandoned(owner);
  });
}

/** Assumes that owners in other PID namespaces are alive, unless the machine has rebooted since. */
function isAbandoned(owner: ProcessIdentity): boolean {
  const { token } = owner;
  return token === undefined ? !isRunning(owner) : isGone(token) || !isFromThisBoot(token);
}

/** Makes a `sleep` process the owner of a slot, so that the lab outlives this process. */
export function keepSlot({ folder }: Slot): void {
  const keeper = spawn("sleep", ["infinity"], { stdio: "ignore", detached: true });
  keeper.unref();
  if (keeper.pid === undefined) throw new Error("lab: sleep does not start");
  writeProcessFile(join(folder, KEEPER), keeper.pid);
  writeProcessFile(join(folder, "owner"), keeper.pid);
}

/** Lists the slots of kept labs. */
export function listKeptSlots(): Slot[] {
  return listSlots().filter(({ folder }) => getKeeper(folder) !== undefined);
}

export function releaseSlot({ folder }: Slot): void {
  const keeper = getKeeper(folder);
  rmSync(folder, { recursive: true, force: true });
  if (keeper) process.kill(keeper.pid);
}

/** The file that identifies the `sleep` process. */
const KEEPER = "keeper";

function getKeeper(folder: string): ProcessIdentity | undefined {
  const keeper = readProcessFile(join(folder, KEEPER));
  return keeper && isRunning(keeper) ? keeper : undefined;
}

export function writeProcessFile(file: string, pid: number): void {
  writeIfChanged(
    file,
    JSON.stringify({ ...(getProcessIdentity(pid) ?? { pid, started: "" }), token: processToken(pid) }),
  );
}

export function readProcessFile(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function listSlots(): Slot[] {
  try {
    return readdirSync(LABS).map((name) => ({ number: Number(name), folder: join(LABS, name) }));
  } catch {
    return [];
  }
}

/** Creates a folder, which is atomic; returns false if it exists. */
function createFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
