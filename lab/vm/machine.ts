import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { sshCommandOptions } from "../../engine/ssh.ts";
import { sshConnection } from "../../components/hosts/ssh-connection.ts";
import { run } from "../../toolchain/run.ts";
import { killContained } from "../process.ts";
import { consoleLog, type Hardware, createDisks, powerOn } from "./qemu.ts";

export interface MachineOptions extends Pick<Hardware, "number" | "folder" | "tap" | "image"> {
  address: string;
  /** Empty disks, mounted at /mnt/disk1 and so on. */
  disks: number;
  /** MTU of its network card. */
  mtu: number;
  /** File with the private key of the lab's user, next to the public one. */
  identityFile: string;
  /** Files for `/run/lab-seed`, by name. */
  files: Readonly<Record<string, Buffer>>;
}

/** Milliseconds for a machine to boot, under emulation and next to other machines. */
const BOOT_MS = 600_000;

/** One virtual machine of a lab, with its own kernel and clock, sshd, Docker Engine and disks. */
export class Machine {
  readonly number: number;
  readonly hostname: string;
  readonly address: string;
  /** Its public host key, in the format of known_hosts. */
  readonly hostKey: string;
  readonly identityFile: string;
  readonly #options: MachineOptions;

  private constructor(options: MachineOptions, hostKey: string) {
    this.#options = options;
    this.number = options.number;
    this.hostname = `machine${options.number}`;
    this.address = options.address;
    this.identityFile = options.identityFile;
    this.hostKey = hostKey;
  }

  /** The connection to its engine. */
  get connection(): EngineConnection {
    const { address, identityFile, hostKey } = this;
    return sshConnection({ address, user: "root", identityFile, hostKey });
  }

  /** Creates its disks and turns it on, without waiting for the boot. */
  static async create(options: MachineOptions): Promise<Machine> {
    const { folder } = options;
    const seed = join(folder, "seed");
    mkdirSync(seed, { recursive: true, mode: 0o700 });
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(seed, "ssh_host_ed25519_key")]);
    const machine = new Machine(options, readFileSync(join(seed, "ssh_host_ed25519_key.pub"), "utf8").trim());
    writeFileSync(join(seed, "authorized_keys"), readFileSync(`${options.identityFile}.pub`));
    writeFileSync(join(seed, "machine"), machine.#identity());
    for (const [name, content] of Object.entries(options.files)) writeFileSync(join(seed, name), content);
    const bytes = Object.values(options.files).reduce((sum, content) => sum + content.length, 0);
    const size = `${8 + Math.ceil((bytes / 1024 ** 2) * 1.1)}M`;
    await run("mke2fs", ["-q", "-t", "ext4", "-F", "-L", "lab-seed", "-d", seed, join(folder, "seed.img"), size]);
    rmSync(seed, { recursive: true });
    await createDisks(machine.#hardware);
    machine.powerOn();
    return machine;
  }

  powerOn(): void {
    powerOn(this.#hardware);
  }

  /** Turns it off like a power cut. */
  async powerOff(): Promise<void> {
    await killContained(this.#options.folder);
  }

  /** Waits until its engine answers over ssh. */
  async waitForBoot(): Promise<void> {
    const end = Date.now() + BOOT_MS;
    for (;;) {
      const problem = await this.run("docker version --format '{{.Server.Version}}'").then(() => undefined, String);
      if (problem === undefined) return;
      if (Date.now() > end) {
        const console = readFileSync(consoleLog(this.#options.folder), "utf8").trimEnd().split("\n").slice(-8);
        throw new Error([`lab: ${this.hostname} does not answer: ${problem}`, ...console].join("\n"));
      }
      await pause(2_000);
    }
  }

  /** Reboots it, and waits until ssh works again; the engine may still be starting. */
  async reboot(): Promise<void> {
    const before = await this.run("cat /proc/sys/kernel/random/boot_id");
    // The reboot closes the connection.
    await this.run("systemctl reboot").catch(() => undefined);
    const isUpAgain = async () =>
      (await this.run("cat /proc/sys/kernel/random/boot_id").catch(() => before)) !== before;
    while (!(await isUpAgain())) await pause(1_000);
  }

  /**
   * Runs a shell command on the machine as root, and returns its output.
   *
   * @param limitMs time limit in milliseconds; emulation is slow
   */
  run(command: string, limitMs = 120_000): Promise<string> {
    const options = ["-F", "none", ...sshCommandOptions(this.connection)];
    return run("ssh", [...options, `root@${this.address}`, command], { timeoutMs: limitMs });
  }

  get #drives(): string[] {
    const { folder, disks } = this.#options;
    return Array.from({ length: disks }, (_, at) => join(folder, `drive${at + 1}.img`));
  }

  /** Returns the file that the guest's `lab-seed` reads. */
  #identity(): string {
    const drives = this.#drives.map((_, at) => `/dev/vd${String.fromCharCode("c".charCodeAt(0) + at)}`);
    const { address, mtu } = this.#options;
    return [`HOSTNAME=${this.hostname}`, `ADDRESS=${address}`, `MTU=${mtu}`, `DRIVES="${drives.join(" ")}"`, ""].join(
      "\n",
    );
  }

  get #hardware(): Hardware {
    const { number, folder, tap, image } = this.#options;
    const drives = this.#drives.map((file) => ({ file }));
    return { number, folder, tap, image, seed: join(folder, "seed.img"), drives };
  }
}
