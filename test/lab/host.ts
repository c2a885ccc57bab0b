import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Engine } from "../../components/engine/engine.ts";
import { run } from "../../toolchain/run.ts";
import { isRunning, readMark, writeMark } from "./slots.ts";
import { type LabKeys, type LabSsh, publicKey } from "./ssh.ts";
import { hostKeyFile, layOut, mountOwn, type OwnSystem, startSshd } from "./system.ts";

export interface LabHostOptions {
  number: number;
  /** The host's part of the lab's folder. */
  folder: string;
  /** Its network namespace. */
  namespace: string;
  address: string;
  /** Disks (in memory), mounted at /mnt/disk1 and so on. */
  disks: number;
  /** Who may come in by ssh. */
  keys: LabKeys;
  /** What is installed on it and not on this machine. */
  tools: string | undefined;
}

/** Milliseconds for a fresh dockerd to answer. */
const START_MS = 60_000;

/**
 * One machine of a lab: namespaces for network, mounts, host name and processes, with a system of its own over this
 * machine's, and in them a Docker Engine and an ssh server. The processes' namespace makes an end easy: when its first
 * process is killed, the kernel takes all others with it.
 */
export class LabHost {
  readonly number: number;
  readonly hostname: string;
  readonly address: string;
  /** The engine's address as in DOCKER_HOST, reachable from this machine. */
  readonly socket: string;
  readonly engine: Engine;
  /** Its part of this machine's disk: `docker`, the engine's data, and its log. */
  readonly folder: string;
  readonly #options: LabHostOptions;
  readonly #system: OwnSystem;

  constructor(options: LabHostOptions) {
    this.#options = options;
    this.number = options.number;
    this.hostname = `node${options.number}`;
    this.address = options.address;
    this.folder = options.folder;
    this.socket = `unix://${join(options.folder, "docker.sock")}`;
    this.engine = new Engine({ host: this.socket });
    const { folder, keys, tools } = options;
    this.#system = { folder, hostname: this.hostname, authorized: keys.authorized, tools };
  }

  /** How root comes in; other users are `LAB_USERS`. */
  get ssh(): LabSsh {
    const { identityFile, knownHosts } = this.#options.keys;
    return { user: "root", identityFile, knownHosts, hostKey: publicKey(hostKeyFile(this.#system)) };
  }

  /** Starts the machine and waits until its engine answers. */
  async start(): Promise<void> {
    const { folder, namespace, keys } = this.#options;
    layOut(this.#system);
    await keys.addHost(hostKeyFile(this.#system), this.address);
    for (const name of ["docker", "etc-docker"]) mkdirSync(join(folder, name), { recursive: true });
    const script = join(folder, "boot");
    writeFileSync(script, this.#bootScript(), { mode: 0o755 });
    const log = openSync(join(folder, "dockerd.log"), "a");
    const unshare = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const child = spawn("nsenter", [`--net=/run/netns/${namespace}`, ...unshare, "--propagation", "private", script], {
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    // The test may end without waiting for this process: stop() ends it, or the next lab does.
    child.unref();
    if (child.pid === undefined) throw new Error(`lab: nsenter does not start`);
    writeMark(join(folder, "pid"), child.pid);
    await this.#answers(child);
  }

  /** Ends everything on this machine at once, as a power cut does. */
  async stop(): Promise<void> {
    await killHost(this.#options.folder);
    removeCgroups(this.#cgroup);
  }

  /** Command line that runs a command on this machine. */
  command(program: string, ...args: string[]): [string, string[]] {
    const pid = firstProcess(this.#options.folder);
    return ["nsenter", ["--target", String(pid), "--mount", "--uts", "--net", "--pid", program, ...args]];
  }

  /** Runs a command on this machine and gives back what it printed. */
  run(program: string, ...args: string[]): Promise<string> {
    return run(...this.command(program, ...args), { timeoutMs: 60_000 });
  }

  get #cgroup(): string {
    return this.#options.namespace;
  }

  /** The shell stays: it is the first process, and as such has to see off the orphans. */
  #bootScript(): string {
    const { folder, disks } = this.#options;
    const mounts = Array.from({ length: disks }, (_, at) => `/mnt/disk${at + 1}`);
    return [
      "#!/bin/sh",
      "set -e",
      `hostname ${this.hostname}`,
      "mount -t tmpfs tmpfs /run",
      ...mountOwn(this.#system),
      "mkdir -p /etc/docker",
      // The engine's identity lies there, beside its settings.
      `mount --bind ${folder}/etc-docker /etc/docker`,
      ...(disks > 0 ? ["mount -t tmpfs tmpfs /mnt"] : []),
      ...mounts.flatMap((path) => [`mkdir ${path}`, `mount -t tmpfs -o size=1g disk ${path}`]),
      ...startSshd(this.#system),
      "set +e",
      `dockerd --host ${this.socket} --host unix:///run/docker.sock --data-root ${folder}/docker \\`,
      `  --cgroup-parent ${this.#cgroup}`,
      "",
    ].join("\n");
  }

  async #answers(child: ChildProcess): Promise<void> {
    const end = Date.now() + START_MS;
    for (;;) {
      if (
        await this.engine.ping(1_000).then(
          () => true,
          () => false,
        )
      )
        return;
      const tail = () =>
        readFileSync(join(this.#options.folder, "dockerd.log"), "utf8").trimEnd().split("\n").slice(-8);
      if (child.exitCode !== null) throw new Error([`lab: ${this.hostname} does not start`, ...tail()].join("\n"));
      if (Date.now() > end) throw new Error([`lab: ${this.hostname} does not answer`, ...tail()].join("\n"));
      await pause(100);
    }
  }
}

/** Kills what runs in a host's folder, whoever started it, and waits for its end. */
export async function killHost(folder: string): Promise<void> {
  const mark = readMark(join(folder, "pid"));
  if (!mark || !isRunning(mark)) return;
  const first = childOf(mark.pid);
  // Both: the kernel ends the namespace with its first process, and unshare waits for that one.
  for (const pid of [first, mark.pid]) if (pid !== undefined) kill(pid);
  const end = Date.now() + 20_000;
  while (isRunning(mark) || (first !== undefined && existsSync(`/proc/${first}/root/proc`))) {
    if (Date.now() > end) throw new Error(`lab: process ${mark.pid} does not end`);
    await pause(50);
  }
}

/** Removes the control groups that killed containers left. */
export function removeCgroups(name: string): void {
  const root = "/sys/fs/cgroup";
  const controllers = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [];
  const places = [root, ...controllers.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name))];
  for (const place of places) removeTree(join(place, name));
}

function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch {
    // A process in it is just ending: an empty group harms nobody.
  }
}

/** The first process of a host's namespaces. */
function firstProcess(folder: string): number {
  const mark = readMark(join(folder, "pid"));
  const first = mark && isRunning(mark) ? childOf(mark.pid) : undefined;
  if (first === undefined) throw new Error(`lab: the host in ${folder} does not run`);
  return first;
}

function childOf(pid: number): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return child ? Number(child) : undefined;
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
