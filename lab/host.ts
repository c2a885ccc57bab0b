import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Engine } from "../engine/engine.ts";
import { run } from "../toolchain/run.ts";
import { bootScript } from "./boot.ts";
import { restoreImages } from "./data-root.ts";
import { LabDisks } from "./disks.ts";
import type { LabNetwork } from "./network.ts";
import { getFirstProcess, killContained, startContained, withoutProxies } from "./process.ts";
import { type LabKeys, type LabSsh, readPublicKey } from "./ssh.ts";
import { START_SCRIPT } from "./start-script.ts";
import { hostKeyFile, createSystemFiles, type HostSystem } from "./system.ts";

export interface LabHostOptions {
  number: number;
  hostname: string;
  /** Folder of the host's files. */
  folder: string;
  network: LabNetwork;
  /** Number of disks. */
  disks: number;
  /** Size of each disk in MiB. */
  diskSize: number;
  /** ssh keys of the lab. */
  keys: LabKeys;
  /** Folders with programs that this machine lacks; earlier ones take precedence. */
  layers: readonly string[];
  /** Folder of preloaded images, written by `saveImages`. */
  images?: string;
}

/** How long a new dockerd may take to answer, in milliseconds. */
const START_MS = 120_000;

/**
 * One host of a lab: namespaces for network, mounts, hostname and processes, with its own changes over this machine's
 * system, a Docker Engine and an ssh server.
 */
export class LabHost {
  readonly number: number;
  readonly hostname: string;
  readonly address: string;
  /** The engine's address for this machine, as in DOCKER_HOST. */
  readonly socket: string;
  readonly engine: Engine;
  /** Folder of the host's files on this machine: the engine's data root `docker`, and logs. */
  readonly folder: string;
  /** Mounted at /mnt/disk1 and so on. */
  readonly disks: LabDisks;
  readonly #options: LabHostOptions;
  #system: HostSystem;

  constructor(options: LabHostOptions) {
    const { number, hostname, folder, network, disks, diskSize, keys, layers } = options;
    this.#options = options;
    this.number = number;
    this.hostname = hostname;
    this.address = network.address(number);
    this.folder = folder;
    this.socket = `unix://${join(folder, "docker.sock")}`;
    this.engine = new Engine({ host: this.socket });
    this.disks = new LabDisks(join(folder, "disks"), disks, diskSize);
    this.#system = { folder, hostname: this.hostname, authorized: keys.publicKeyFile, layers };
  }

  /** Connection parameters for root; the other users are `LAB_USERS`. */
  get ssh(): LabSsh {
    const { identityFile, knownHosts } = this.#options.keys;
    return { user: "root", identityFile, knownHosts, hostKey: readPublicKey(hostKeyFile(this.#system)) };
  }

  get isRunning(): boolean {
    return getFirstProcess(this.folder) !== undefined;
  }

  /** Starts the host and waits until its engine answers. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    const { folder, number, network, keys, images } = this.#options;
    createSystemFiles(this.#system);
    await keys.addHost(hostKeyFile(this.#system), this.address);
    await this.disks.create();
    await network.addHost(number);
    const cgroup = network.namespace(number);
    if (images !== undefined) await restoreImages(images, join(folder, "docker"));
    for (const name of ["docker", "etc-docker"]) mkdirSync(join(folder, name), { recursive: true });
    const script = join(folder, "boot");
    const { socket, disks } = this;
    writeFileSync(this.#startScript, START_SCRIPT, { mode: 0o755 });
    const boot = { system: this.#system, startScript: this.#startScript, disks, socket, cgroup };
    writeFileSync(script, bootScript({ ...boot, trusted: network.subnet }), { mode: 0o755 });
    const own = ["--mount", "--uts", "--mount-proc", "--propagation", "private"];
    const log = join(folder, "dockerd.log");
    await this.#waitForEngine(startContained({ namespace: cgroup, own, program: [script], folder, log }));
  }

  /** Sets other layers, from the next start on. */
  install(layers: readonly string[]): void {
    this.#system = { ...this.#system, layers };
  }

  /** Kills everything on the host at once, like a power cut. Its disks stay. */
  async stop(): Promise<void> {
    const { number, network } = this.#options;
    await killContained(this.folder);
    await network.removeHost(number);
    removeCgroups(network.namespace(number));
  }

  /** Stops the engine with its containers, as `systemctl stop docker` does. The host keeps running. */
  async stopEngine(): Promise<void> {
    await this.run(this.#startScript, "stop");
  }

  /** Starts the engine again and waits until it answers. */
  async startEngine(): Promise<void> {
    await this.run(this.#startScript, "start");
    await this.#waitForEngine();
  }

  get #startScript(): string {
    return join(this.folder, "start-script");
  }

  /** Returns the command line that runs a command on this host. */
  command(program: string, ...args: string[]): [string, string[]] {
    const pid = getFirstProcess(this.folder);
    if (pid === undefined) throw new Error(`lab: ${this.hostname} does not run`);
    return ["nsenter", ["--target", String(pid), "--mount", "--uts", "--net", "--pid", program, ...args]];
  }

  /** Runs a command on this host and returns its output. */
  run(program: string, ...args: string[]): Promise<string> {
    return run(...this.command(program, ...args), { timeoutMs: 120_000, env: withoutProxies() });
  }

  /** @param process the host's process, which ends if the host fails to start */
  async #waitForEngine(process?: ChildProcess): Promise<void> {
    const answered = () =>
      this.engine.ping(1_000).then(
        () => true,
        () => false,
      );
    for (const end = Date.now() + START_MS; !(await answered()); await pause(50)) {
      const why = process && process.exitCode !== null ? "does not start" : Date.now() > end ? "does not answer" : "";
      if (why !== "") throw new Error([`lab: ${this.hostname} ${why}`, ...this.#lastLogLines()].join("\n"));
    }
  }

  #lastLogLines(): string[] {
    return readFileSync(join(this.folder, "dockerd.log"), "utf8").trimEnd().split("\n").slice(-8);
  }
}

/** Removes the control groups of killed containers. */
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
    // A process in the group is still ending. The empty group that remains is harmless.
  }
}
