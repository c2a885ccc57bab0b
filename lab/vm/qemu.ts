import { closeSync, openSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../toolchain/run.ts";
import { startDetached } from "../process.ts";
import type { MachineImage } from "./build.ts";

/** Options of the emulation. Does not use KVM, so that results are the same on all machines. */
const MACHINE = ["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "1", "-m", "1536", "-display", "none"];

/** Size of an empty disk. It is a sparse file. */
const DISK_BYTES = 2 * 1024 ** 3;

export interface Hardware {
  number: number;
  /** Folder of the machine's files. */
  folder: string;
  /** The tap device of its network card. */
  tap: { enter: [string, string]; device: string };
  image: MachineImage;
  /** The disk with its identity. */
  seed: string;
  /** Files of its drives, and serial numbers of those that are NVMe disks. */
  drives: readonly { file: string; serial?: string }[];
  /** Additional kernel arguments. */
  kernelArguments?: string;
}

/** Creates its disks: a layer over the image's disk, and empty drives. */
export async function createDisks({ folder, image, drives }: Hardware): Promise<void> {
  await run("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.disk, rootDisk(folder)]);
  for (const { file } of drives) {
    closeSync(openSync(file, "w"));
    truncateSync(file, DISK_BYTES);
  }
}

/** Turns the machine on. */
export function powerOn(hardware: Hardware): void {
  const { folder, tap } = hardware;
  const qemu = ["qemu-system-x86_64", ...MACHINE, ...devices(hardware)];
  startDetached([...tap.enter, ...qemu], { folder, log: join(folder, "qemu.log") });
}

export const consoleLog = (folder: string) => join(folder, "console.log");
export const cardAddress = (number: number) => `52:54:00:00:00:${number.toString(16).padStart(2, "0")}`;
const rootDisk = (folder: string) => join(folder, "root.qcow2");

function devices({ number, folder, tap, image, seed, drives, kernelArguments = "" }: Hardware): string[] {
  // Nothing is kept, so flushing writes to disk would only cost time.
  const drive = (file: string, format: string, id?: string) => {
    const bus = id === undefined ? "if=virtio" : `if=none,id=${id}`;
    return ["-drive", `file=${file},${bus},format=${format},cache=unsafe`];
  };
  return [
    ...["-kernel", image.kernel, "-initrd", image.initrd],
    ...["-append", `root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet mitigations=off ${kernelArguments}`.trim()],
    ...["-serial", `file:${consoleLog(folder)}`],
    ...drive(rootDisk(folder), "qcow2"),
    ...drive(seed, "raw"),
    ...drives.flatMap(({ file, serial }) =>
      serial === undefined
        ? drive(file, "raw")
        : [...drive(file, "raw", serial), "-device", `nvme,drive=${serial},serial=${serial}`],
    ),
    ...["-netdev", `tap,id=lan,ifname=${tap.device},script=no,downscript=no`],
    ...["-device", `virtio-net-pci,netdev=lan,mac=${cardAddress(number)}`],
    ...["-device", "virtio-rng-pci"],
  ];
}
