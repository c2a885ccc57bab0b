// Locks between processes, and names for processes that tell whether one is gone. Plain JavaScript without dependencies:
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

/** The PID namespace that a Linux machine starts with has this inode: from it all processes are visible. */
const FIRST_NAMESPACE = "4026531836";

/**
 * Returns a name for a process that no other process has had or will have: its id, when it started, the boot and the PID
 * namespace in which that id counts, and the machine. Undefined when there is no such process.
 */
export function processToken(pid = process.pid) {
  const started = startOf(pid);
  if (started === undefined) return undefined;
  const { boot, namespace, machine } = place();
  return [pid, started, boot, namespace, machine].join("-");
}

/** Returns the parts of a token, also of a longer name that begins with one; undefined when it is no token. */
function partsOf(token) {
  const [, pid, started, boot, namespace, machine] = /^(\d+)-(\d+)-([0-9a-f]+)-(\d+)-([0-9a-f]+)/.exec(token) ?? [];
  return machine === undefined ? undefined : { pid: Number(pid), started, boot, namespace, machine };
}

/**
 * Returns whether the process is certainly gone. What cannot be known from here, such as processes of another container,
 * is not gone.
 */
export function isGone(token) {
  const mark = partsOf(token);
  if (!mark) return false;
  const here = place();
  // The machine has restarted since. Without an id it may as well be another machine that shares the files.
  if (mark.boot !== here.boot)
    return mark.machine === here.machine && mark.machine !== UNKNOWN && mark.boot !== UNKNOWN;
  if (mark.namespace !== here.namespace) return isNowhere(mark.pid, mark.namespace);
  if (!isAlive(mark.pid)) return true;
  const started = startOf(mark.pid);
  // Without a start the process is a zombie: it has ended, and its parent has not looked.
  if (started === undefined) return true;
  return started !== UNKNOWN && mark.started !== UNKNOWN && started !== mark.started;
}

/** Returns whether the token is of this boot of this machine. */
export function isOfThisBoot(token) {
  return partsOf(token)?.boot === place().boot;
}

/** Returns whether this PID namespace has a process of that id, whichever it is. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Returns whether certainly no process of this machine has that id, in the PID namespace given or else in any. False when
 * not all processes are visible from here.
 */
export function isNowhere(pid, namespace) {
  if (!isLinux || !showsThisNamespace() || place().namespace !== FIRST_NAMESPACE) return false;
  // Mounted with hidepid, /proc shows a user only the user's own processes.
  if (read("/proc/1/status") === "") return false;
  return readdirSync("/proc").every((name) => !/^\d+$/.test(name) || isOther(name, String(pid), namespace));
}

/** Returns whether a folder of /proc certainly shows no running process with that id in that namespace. */
function isOther(name, pid, namespace) {
  let status;
  try {
    status = readFileSync(`/proc/${name}/status`, "utf8");
  } catch (error) {
    return error.code === "ENOENT" || error.code === "ESRCH";
  }
  if (/^State:\s*[ZX]/m.test(status)) return true;
  // One id for each namespace that the process is in; the last is what it knows itself by.
  const ids = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/);
  if (ids === undefined) return false;
  if (ids.at(-1) !== pid) return true;
  if (namespace === undefined) return false;
  const own = ids.length === 1 ? FIRST_NAMESPACE : /\d+/.exec(link(`/proc/${name}/ns/pid`))?.[0];
  return own !== undefined && own !== namespace;
}

const UNKNOWN = "0";

let known;

/** Returns where ids of processes count: the boot of the machine, the PID namespace, the machine itself. */
function place() {
  known ??= isLinux
    ? {
        boot: read("/proc/sys/kernel/random/boot_id").replaceAll("-", "") || UNKNOWN,
        namespace: /\d+/.exec(link("/proc/self/ns/pid"))?.[0] ?? UNKNOWN,
        machine: hashed(read("/etc/machine-id")),
      }
    : { boot: UNKNOWN, namespace: UNKNOWN, machine: hashed(process.platform) };
  return known;
}

const hashed = (id) =>
  id === "" ? UNKNOWN : createHash("sha256").update(`${id}\0${hostname()}`).digest("hex").slice(0, 12);

/**
 * Returns when a process started, in units of the platform; UNKNOWN when that cannot be found out, and undefined when the
 * process has ended.
 */
function startOf(pid) {
  if (!isAlive(pid)) return undefined;
  if (!isLinux) return startByPs(pid);
  // The name in brackets may hold blanks. After it the state is the first field, and the start the twentieth.
  const fields = showsThisNamespace() ? read(`/proc/${pid}/stat`).split(") ").at(-1).split(" ") : [];
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return fields[19] ?? (isAlive(pid) ? UNKNOWN : undefined);
}

/** Returns whether /proc is of this PID namespace: a program in another one may still see the former. */
const showsThisNamespace = () => link("/proc/self") === String(process.pid);

function startByPs(pid) {
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
 * Takes a lock and returns what releases it; undefined while another process holds it. A lock whose process is gone is
 * cleared first.
 *
 * The lock is a folder with one file, named by its holder. Renaming such a folder to the lock's path succeeds for one
 * process only, as a folder that is not empty is never replaced. A holder that is gone is removed by its name, so that
 * a process that is late to notice cannot remove the lock of the next holder.
 */
export function tryLock(path) {
  if (!clearGone(path)) return undefined;
  const own = `${processToken()}-${randomBytes(6).toString("hex")}`;
  const beside = `${path}.${own}`;
  mkdirSync(beside, { mode: 0o700 });
  writeFileSync(join(beside, own), "");
  try {
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    return undefined;
  }
  sweep(dirname(path), `${basename(path)}.`);
  return () => {
    rmSync(join(path, own), { force: true });
    removeEmpty(path);
  };
}

/** Removes what runs that were killed left in a folder; their names go on with the token of the process. */
export function sweep(folder, prefix) {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix) && isGone(name.slice(prefix.length))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Returns whether the lock is free, after its holder was removed if that is gone. */
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
    // Another process holds it by now, or has released it as well.
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
  }
}
