import { prepareMinioImage } from "../../toolchain/minio-image.ts";
import { type Machine, type MachineLab, type MachineLabOptions, startMachines } from "./lab.ts";

/** Milliseconds for an engine to load the image, under emulation. */
const LOAD_MS = 10 * 60_000;

/** Starts machines with two disks each, and loads MinIO's image into their engines. */
export async function startStoreMachines(
  options: Omit<MachineLabOptions, "disks" | "files">,
): Promise<{ lab: MachineLab; image: string }> {
  const { name: image, archive } = (await prepareMinioImage()).pack();
  const lab = await startMachines({ ...options, disks: 2, files: { "image.tar": archive } });
  try {
    const load = "docker load --quiet --input /run/lab-seed/image.tar";
    await Promise.all(lab.machines.map((machine) => machine.run(load, LOAD_MS)));
  } catch (error) {
    await lab.stop();
    throw error;
  }
  return { lab, image };
}

/** Returns the settings of a machine as a host of a stack of kind `ssh`. */
export function hostSettings({ address, hostname, hostKey, identityFile }: Machine) {
  return {
    ...{ address, hostname, hostKey, identityFile, user: "root" },
    drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } },
  };
}

/** Returns the output of `ip link` in the store's container on a machine. */
export function storeLinks(machine: Machine): Promise<string> {
  const pid = "docker inspect --format '{{.State.Pid}}' $(docker ps -q --filter label=com.docker.swarm.service.id)";
  return machine.run(`nsenter -t $(${pid}) -n ip -o link`);
}
