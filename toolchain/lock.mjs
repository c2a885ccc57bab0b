// Locks between processes, and tokens that identify a process beyond its id. Plain JavaScript without dependencies:
// launch.mjs runs it on an older Node.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

const isLinux = process.platform === "linux";

/** The inode of the initial PID namespace of a Linux machine. From there all processes are visible. */
const FIRST_NAMESPACE = "4026531836";

/**
 * Returns a token that identifies a process uniquely: its id and start time, the boot, the PID namespace, and the
 * machine. Undefined if there is no such process.
 */
export function processToken(pid = process.pid) {
  const started = startTime(pid);
  if (started === undefined) return undefined;
  const { boot, namespace, machine } = currentPlace();
  return [pid, started, boot, namespace, machine].join("-");
}

/** Parses a token, or a longer name that starts with one. Returns undefined for any other text. */
function parseToken(token) {
  const [, pid, started, boot, namespace, machine] = /^(\d+)-(\d+)-([0-9a-f]+)-(\d+)-([0-9a-f]+)/.exec(token) ?? [];
  return machine === undefined ? undefined : { pid: Number(pid), started, boot, namespace, machine };
}

/**
 * Returns whether the process has certainly ended. A process that cannot be seen from here, such as one in another
 * container, counts as running.
 */
export function isGone(token) {
  const mark = parseToken(token);
  if (!mark) return false;
  const here = currentPlace();
  // Another boot of the same machine. A machine without an id may be a different one that shares the files.
  if (mark.boot !== here.boot)
    return mark.machine === here.machine && mark.machine !== UNKNOWN && mark.boot !== UNKNOWN;
  if (mark.namespace !== here.namespace) return isPidUnused(mark.pid, mark.namespace);
  if (!isAlive(mark.pid)) return true;
  const started = startTime(mark.pid);
  // A process without a start time is a zombie: it has ended, and its parent has not waited for it yet.
  if (started === undefined) return true;
  return started !== UNKNOWN && mark.started !== UNKNOWN && started !== mark.started;
}

/** Returns whether the token is from the current boot of this machine. */
export function isFromThisBoot(token) {
  return parseToken(token)?.boot === currentPlace().boot;
}

/** Returns whether any process in this PID namespace has that id. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Returns whether certainly no process of this machine has that id, in the given PID namespace or, without one, in any.
 * False if some processes are not visible here.
 */
export function isPidUnused(pid, namespace) {
  if (!isLinux || !isProcOfThisNamespace() || currentPlace().namespace !== FIRST_NAMESPACE) return false;
  // With the mount option hidepid, /proc shows only the user's own processes.
  if (read("/proc/1/status") === "") return false;
  return readdirSync("/proc").every((name) => !/^\d+$/.test(name) || isDifferentProcess(name, String(pid), namespace));
}

/** Returns whether a folder of /proc is certainly not a running process with that id in that namespace. */
function isDifferentProcess(name, pid, namespace) {
  let status;
  try {
    status = readFileSync(`/proc/${name}/status`, "utf8");
  } catch (error) {
    return error.code === "ENOENT" || error.code === "ESRCH";
  }
  if (/^State:\s*[ZX]/m.test(status)) return true;
  // One id per nested namespace; the last one is the id in the process's own namespace.
  const ids = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/);
  if (ids === undefined) return false;
  if (ids.at(-1) !== pid) return true;
  if (namespace === undefined) return false;
  const own = ids.length === 1 ? FIRST_NAMESPACE : /\d+/.exec(link(`/proc/${name}/ns/pid`))?.[0];
  return own !== undefined && own !== namespace;
}

const UNKNOWN = "0";

let cachedPlace;

/** Returns the scope of process ids here: the boot, the PID namespace, and the machine. */
function currentPlace() {
  cachedPlace ??= isLinux
    ? {
        boot: read("/proc/sys/kernel/random/boot_id").replaceAll("-", "") || UNKNOWN,
        namespace: /\d+/.exec(link("/proc/self/ns/pid"))?.[0] ?? UNKNOWN,
        machine: hashed(read("/etc/machine-id")),
      }
    : { boot: UNKNOWN, namespace: UNKNOWN, machine: hashed(process.platform) };
  return cachedPlace;
}

const hashed = (id) =>
  id === "" ? UNKNOWN : createHash("sha256").update(`${id}\0${hostname()}`).digest("hex").slice(0, 12);

/** Returns when a process started, in a unit of the platform; UNKNOWN if that is hidden, undefined if it has ended. */
function startTime(pid) {
  if (!isAlive(pid)) return undefined;
  if (!isLinux) return startTimeByPs(pid);
  // The name in brackets may contain spaces. After it the state is the first field, and the start time the twentieth.
  const fields = isProcOfThisNamespace() ? read(`/proc/${pid}/stat`).split(") ").at(-1).split(" ") : [];
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return fields[19] ?? (isAlive(pid) ? UNKNOWN : undefined);
}

/** Returns whether /proc belongs to this PID namespace: a process that entered a new one may still see the old. */
const isProcOfThisNamespace = () => link("/proc/self") === String(process.pid);

function startTimeByPs(pid) {
  try {
    const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
    const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env });
    return String(Date.parse(`${text.trim()} UTC`) || UNKNOWN);
  } catch {
    return isAlive(pid) ? UNKNOWN : undefined;
  }
}

function read(path) {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/**
 * Takes a lock and returns a function that releases it; undefined while another process holds it. Removes the lock of
 * a process that has ended.
 *
 * The lock is a folder with one file, named after its holder. Only one process can rename such a folder to the lock's
 * path, because a folder that is not empty is never replaced. The holder is removed by name, so that a process that
 * finds a stale holder late cannot remove the lock of the next one.
 */
export function tryLock(path) {
  if (!clearGone(path)) return undefined;
  const own = `${processToken()}-${randomBytes(6).toString("hex")}`;
  const prepared = `${path}.${own}`;
  mkdirSync(prepared, { mode: 0o700 });
  writeFileSync(join(prepared, own), "");
  try {
    renameSync(prepared, path);
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    return undefined;
  }
  removeStale(dirname(path), `${basename(path)}.`);
  return () => {
    rmSync(join(path, own), { force: true });
    removeEmpty(path);
  };
}

/**
 * Waits for a lock and returns a function that releases it. It is also released when this process exits.
 *
 * @param onWait called once if another process still holds the lock after a second
 */
export async function acquireLock(path, onWait) {
  let release = tryLock(path);
  for (let attempts = 1; !release; attempts++) {
    if (attempts === 4) onWait();
    await new Promise((resolve) => setTimeout(resolve, 300));
    release = tryLock(path);
  }
  process.once("exit", release);
  return () => {
    process.removeListener("exit", release);
    release();
  };
}

/** Removes the files of killed runs from a folder: `prefix`, followed by the token of the process. */
export function removeStale(folder, prefix) {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix) && isGone(name.slice(prefix.length))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Removes a holder that has ended. Returns whether the lock is free then. */
function clearGone(path) {
  let holders;
  try {
    holders = readdirSync(path);
  } catch (error) {
    if (error.code === "ENOENT") return true;
    throw error;
  }
  const gone = holders.filter(isGone);
  for (const name of gone) rmSync(join(path, name), { force: true });
  return gone.length === holders.length;
}

function removeEmpty(path) {
  try {
    rmdirSync(path);
  } catch (error) {
    // Another process has taken or released it in the meantime.
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
  }
}
