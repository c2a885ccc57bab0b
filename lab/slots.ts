import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeIfChanged } from "../toolchain/cache.ts";
import { isGone, isOfThisBoot, processToken } from "../toolchain/lock.mjs";

/** Fixed, so that every lab of this machine sees the others; on disk, because engines keep their images here. */
export const LABS = "/var/tmp/pulumi-swarm-lab";

/** Labs that fit side by side. */
const MAX_LABS = 64;

/** A process, told apart from a later one that happens to have its id. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the kernel's ticks. */
  started: string;
  /** Names it also in other PID namespaces. */
  token?: string;
}

/** The place of one lab on this machine: all its names and addresses follow from it. */
export interface Slot {
  number: number;
  /** Everything of the lab that is on disk. */
  folder: string;
}

/** The process as the kernel knows it now; undefined when there is none of that id. */
export function getProcessIdentity(pid: number): ProcessIdentity | undefined {
  try {
    // The name in brackets may hold blanks; the fields after it are numbers. The start is the 22nd field of all.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields[0] === "Z" ? undefined : { pid, started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

export function isRunning(mark: ProcessIdentity): boolean {
  return getProcessIdentity(mark.pid)?.started === mark.started;
}

/** Takes the first free place, for as long as this process lives. */
export function claimSlot(): Slot {
  mkdirSync(LABS, { recursive: true, mode: 0o700 });
  for (let number = 0; number < MAX_LABS; number++) {
    const folder = join(LABS, String(number));
    if (!createFolder(folder)) continue;
    writeProcessFile(join(folder, "owner"), process.pid);
    return { number, folder };
  }
  throw new Error(`no room for another lab: ${MAX_LABS} are there; see ${LABS}`);
}

/** Places whose owner is gone. */
export function listAbandonedSlots(): Slot[] {
  return listSlots().filter(({ folder }) => {
    const owner = readProcessFile(join(folder, "owner"));
    // Without a mark it is being claimed just now, or its removal did not come to its end.
    return owner !== undefined && isAbandoned(owner);
  });
}

/** A lab of another PID namespace lives, as far as can be told from here; none outlives the boot of the machine. */
function isAbandoned(owner: ProcessIdentity): boolean {
  const { token } = owner;
  return token === undefined ? !isRunning(owner) : isGone(token) || !isOfThisBoot(token);
}

/** Gives a place an owner that lives until the place is released: a process that does nothing else. */
export function keepSlot({ folder }: Slot): void {
  const keeper = spawn("sleep", ["infinity"], { stdio: "ignore", detached: true });
  keeper.unref();
  if (keeper.pid === undefined) throw new Error("lab: sleep does not start");
  writeProcessFile(join(folder, KEEPER), keeper.pid);
  writeProcessFile(join(folder, "owner"), keeper.pid);
}

/** Places whose owner was given them to keep. */
export function listKeptSlots(): Slot[] {
  return listSlots().filter(({ folder }) => getKeeper(folder) !== undefined);
}

export function releaseSlot({ folder }: Slot): void {
  const keeper = getKeeper(folder);
  rmSync(folder, { recursive: true, force: true });
  if (keeper) process.kill(keeper.pid);
}

/** The file with the mark of an owner that does nothing but own. */
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

/** Whether this process made the folder: making one is atomic. */
function createFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
