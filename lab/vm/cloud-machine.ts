import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { sshCommandOptions } from "../../engine/ssh.ts";
import { sshConnection } from "../../components/hosts/ssh-connection.ts";
import { run } from "../../toolchain/run.ts";
import { isRunning, readProcessFile } from "../slots.ts";
import { cardAddress, consoleLog, type Hardware, createDisks, powerOn } from "./qemu.ts";

/** The parameters of a cloud machine. */
export interface CloudMachineArgs {
  number: number;
  /** The user data for cloud-init. */
  userData: string;
  /** Ids of the attached volumes. */
  volumes: readonly string[];
  /** Its public host key, in the format of known_hosts. */
  hostKey: string;
  /** MTU of its network card. */
  mtu: number;
}

export interface CloudMachineOptions extends CloudMachineArgs, Pick<Hardware, "folder" | "tap" | "image"> {
  address: string;
  identityFile: string;
}

/** The user of Debian's images. */
export const CLOUD_USER = "debian";

/** Milliseconds for cloud-init to finish, under emulation and next to other machines. */
const BOOT_MS = 20 * 60_000;

/** A machine as in a cloud, configured only by cloud-init. */
export class CloudMachine {
  readonly #options: CloudMachineOptions;

  private constructor(options: CloudMachineOptions) {
    this.#options = options;
  }

  get address(): string {
    return this.#options.address;
  }

  /** The connection to its engine. */
  get connection(): EngineConnection {
    const { address, identityFile, hostKey } = this.#options;
    return sshConnection({ address, user: CLOUD_USER, identityFile, hostKey });
  }

  /** Creates its disks and turns it on, without waiting for the boot. */
  static async create(options: CloudMachineOptions): Promise<CloudMachine> {
    const { number, folder, tap, image, volumes } = options;
    const seed = join(folder, "seed.iso");
    await makeSeed(options, seed);
    // The id as serial number, as for EBS volumes.
    const drives = volumes.map((id) => ({ file: join(folder, `${id}.img`), serial: id.replace("-", "") }));
    const hardware: Hardware = { number, folder, tap, image, seed, drives };
    await createDisks(hardware);
    powerOn(hardware);
    return new CloudMachine(options);
  }

  /** Waits until cloud-init has finished, and returns its status. */
  async waitForBoot(): Promise<string> {
    for (const end = Date.now() + BOOT_MS; ; await pause(3_000)) {
      // cloud-init reports errors while it still runs; it writes this file last.
      const status = await this.run("[ -e /run/cloud-init/result.json ] && cloud-init status --long || true").catch(
        String,
      );
      if (/^status: /m.test(status)) return status;
      if (Date.now() < end && this.#isOn) continue;
      throw new Error([`lab: the machine at ${this.address} does not come up: ${status}`, this.console].join("\n"));
    }
  }

  get #isOn(): boolean {
    const mark = readProcessFile(join(this.#options.folder, "pid"));
    return mark !== undefined && isRunning(mark);
  }

  /** The last lines of its console. */
  get console(): string {
    return readFileSync(consoleLog(this.#options.folder), "utf8").trimEnd().split("\n").slice(-40).join("\n");
  }

  /** Runs a shell command on the machine as its login user, and returns the output. */
  run(command: string, limitMs = 120_000): Promise<string> {
    const options = ["-F", "none", ...sshCommandOptions(this.connection)];
    return run("ssh", [...options, `${CLOUD_USER}@${this.address}`, command], { timeoutMs: limitMs });
  }
}

/** Creates the disk from which cloud-init reads a machine's identity and instructions in place of a cloud's service. */
async function makeSeed(options: CloudMachineOptions, file: string): Promise<void> {
  const { folder, number, address, mtu, userData } = options;
  const card = { match: { macaddress: cardAddress(number) }, addresses: [`${address}/24`], mtu };
  const files = {
    "user-data": userData,
    "meta-data": JSON.stringify({ "instance-id": `i-${number}` }),
    "network-config": JSON.stringify({ version: 2, ethernets: { eth0: card } }),
  };
  const seed = join(folder, "seed");
  mkdirSync(seed, { mode: 0o700 });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(seed, name), content);
  await run("xorriso", ["-as", "mkisofs", "-quiet", "-volid", "cidata", "-joliet", "-rational-rock", "-o", file, seed]);
  rmSync(seed, { recursive: true });
}
