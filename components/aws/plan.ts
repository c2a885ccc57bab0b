import type { AwsMachinesArgs, ExistingNetwork } from "./args.ts";
import type { AwsMachineArgs, AwsVolumeArgs } from "./machine-args.ts";

/** Role of a machine in the Swarm. */
export type Role = "manager" | "worker";

/** A machine with all defaults filled in. */
export type PlannedMachine = Required<AwsMachineArgs> & { key: string; role: Role };

export const DEFAULT_TYPE = "m7i-flex.large";
export const DEFAULT_IMAGE = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id";
export const DEFAULT_ENGINE = "28.5.2";
export const DEFAULT_REPOSITORY = "https://download.docker.com/linux";
export const DEFAULT_USER = "ubuntu";
export const DEFAULT_CIDR = "10.60.0.0/16";

/** MTU within a VPC, in bytes. */
export const VPC_MTU = 9001;

/** Returns all machines with their defaults, managers first. */
export function planMachines({ managers, workers = {}, defaults = {} }: AwsMachinesArgs): PlannedMachine[] {
  const planned = (role: Role, machines: Record<string, AwsMachineArgs>) =>
    Object.entries(machines).map(([key, given]) => ({
      ...{ key, role, zone: given.zone, generation: given.generation ?? "1" },
      type: given.type ?? defaults.type ?? DEFAULT_TYPE,
      rootSizeGiB: given.rootSizeGiB ?? defaults.rootSizeGiB ?? 20,
      volumes: given.volumes ?? defaults.volumes ?? { d1: {} },
      labels: { ...defaults.labels, ...given.labels },
    }));
  return [...planned("manager", managers), ...planned("worker", workers)];
}

/** Returns the zones that have a machine, sorted. */
export function listZones(machines: readonly PlannedMachine[]): string[] {
  return [...new Set(machines.map(({ zone }) => zone))].sort();
}

/** Whether the network already exists. */
export function isExistingNetwork(network: AwsMachinesArgs["network"]): network is ExistingNetwork {
  return network !== undefined && "vpcId" in network;
}

/** Returns the folder where a data volume is mounted. */
export const mountPoint = (volume: string) => `/mnt/${volume}`;

/**
 * Returns the device names for attaching volumes, from EC2's range /dev/sdf to /dev/sdp. Only EC2 uses them; the machine
 * finds its volumes by their ids.
 */
export function deviceNames(volumes: Record<string, AwsVolumeArgs>): Record<string, string> {
  return Object.fromEntries(Object.keys(volumes).map((key, at) => [key, `/dev/sd${DEVICE_LETTERS[at] ?? "?"}`]));
}

const DEVICE_LETTERS = "fghijklmnop";
export const MAX_VOLUMES = DEVICE_LETTERS.length;
