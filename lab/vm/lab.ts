import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../toolchain/run.ts";
import { LabNetwork } from "../network.ts";
import { claimFreeSlot, removeLab } from "../remove-lab.ts";
import { type Capture, startCapture } from "./capture.ts";
import { ensureMachineImage } from "./image.ts";
import { Machine } from "./machine.ts";
import { installMachineTools, machinesUnavailableReason } from "./tools.ts";

export type { Capture, Machine };

export interface MachineLabOptions {
  /** Number of machines. */
  machines: number;
  /** Empty disks of each, formatted and mounted at /mnt/disk1 and so on. @default 0 */
  disks?: number;
  /** MTU of their network cards. @default 1500 */
  mtu?: number;
  /** Files for `/run/lab-seed` of each machine, by name. @default - none */
  files?: Readonly<Record<string, Buffer>>;
}

/** Virtual machines on one switch that ends at this machine, for tests that need separate kernels. */
export interface MachineLab {
  machines: readonly Machine[];
  /** Returns a machine by its number, from 1. */
  machine(number: number): Machine;
  /** Starts to capture the traffic between machines. */
  capture(): Promise<Capture>;
  /** Stops all machines and removes everything of the lab. */
  stop(): Promise<void>;
}

/** Starts a lab and waits until every engine answers. */
export async function startMachines({
  machines: count,
  disks = 0,
  mtu = 1500,
  files = {},
}: MachineLabOptions): Promise<MachineLab> {
  const problem = machinesUnavailableReason();
  if (problem) throw new Error(problem);
  await installMachineTools();
  const image = await ensureMachineImage();
  const slot = await claimFreeSlot();
  const network = new LabNetwork(slot);
  const machines: Machine[] = [];
  try {
    await network.create();
    const identityFile = join(slot.folder, "identity");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", identityFile]);
    for (let number = 1; number <= count; number++) {
      const folder = join(slot.folder, `host${number}`);
      mkdirSync(folder);
      const tap = await network.addTap(number);
      const address = network.address(number);
      machines.push(await Machine.create({ number, folder, address, tap, image, disks, mtu, identityFile, files }));
    }
    await Promise.all(machines.map((machine) => machine.waitForBoot()));
  } catch (error) {
    await removeLab(slot);
    throw error;
  }
  return {
    machines,
    machine(number) {
      const machine = machines[number - 1];
      if (!machine) throw new Error(`lab: there is no machine ${number}; there are ${count}`);
      return machine;
    },
    capture: () =>
      startCapture(network.enterSwitch, join(slot.folder, "wire.pcap"), `not host ${network.address(254)}`),
    stop: () => removeLab(slot),
  };
}
