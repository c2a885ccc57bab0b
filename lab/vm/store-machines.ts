import { prepareMinioImage } from "../../toolchain/minio-image.ts";
import { type Machine, type MachineLab, type MachineLabOptions, startMachines } from "./lab.ts";

/** Milliseconds for an engine to take the image in: its machine's processor is emulated. */
const LOAD_MS = 10 * 60_000;

/** Machines with two disks each whose engines have MinIO's image, and its name. */
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

/** Such a machine as a host of a stack of kind `ssh`. */
export function hostSettings({ address, hostname, hostKey, identityFile }: Machine) {
  return {
    ...{ address, hostname, hostKey, identityFile, user: "root" },
    drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } },
  };
}

/** The network cards of the store's container on such a machine, a line each, as `ip` prints them. */
export function storeLinks(machine: Machine): Promise<string> {
  const pid = "docker inspect --format '{{.State.Pid}}' $(docker ps -q --filter label=com.docker.swarm.service.id)";
  return machine.run(`nsenter -t $(${pid}) -n ip -o link`);
}
