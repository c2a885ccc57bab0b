import { getStoreAccess } from "../../test/integration/traffic-client.ts";
import type { StoreAccess } from "../../test/integration/s3-client.ts";
import { TestStack } from "../../test/integration/stack.ts";
import { type LabHost, startLab } from "../../lab/lab.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { ensureMinioImage } from "../../toolchain/minio-image.ts";
import { withCleanup } from "../measure.ts";
import { type Load, measureSpeeds } from "./clients.ts";
import { measureCost } from "./cost.ts";
import { startOnHostNetwork } from "./host-network.ts";
import type { ThroughputResult } from "./results.ts";
import { createConfig, type MeasuredNetwork } from "./methods/pulumi.ts";

/** Size of each disk in MiB. Disks are in memory, and use it only as they fill. */
const DISK = 2560;

/** How many times both are measured. */
const ROUNDS = 3;

const LOADS: Record<string, Load> = {
  "64 MiB objects": { clients: 8, objects: 2, size: 64 * 2 ** 20 },
  "16 KiB objects": { clients: 8, objects: 50, size: 16 * 2 ** 10 },
};

const NETWORKS: MeasuredNetwork[] = ["overlay", "macvlan", "ipvlan"];

export interface ThroughputOptions {
  /** Called before each step. */
  reportProgress?: (what: string) => void;
  /** Called with the reason if something cannot be measured here. */
  skip: (why: string) => void;
}

/** Compares a store on each network with one on the hosts' network, alternately on the same hosts. */
export async function benchThroughput(hosts: number, options: ThroughputOptions): Promise<ThroughputResult[]> {
  const results: ThroughputResult[] = [];
  for (const network of NETWORKS) results.push(...(await benchNetwork(hosts, network, options)));
  return results;
}

async function benchNetwork(
  hosts: number,
  network: MeasuredNetwork,
  { reportProgress, skip }: ThroughputOptions,
): Promise<ThroughputResult[]> {
  // With disks in memory, the network is the bottleneck.
  const lab = await startLab({ hosts, disks: 1, diskSize: DISK });
  return withCleanup(
    async () => {
      const problem = await unsupportedReason(network, lab.host(1));
      if (problem !== undefined) {
        skip(`throughput on ${network}: ${problem}`);
        return [];
      }
      const image = await lab.build(ensureMinioImage);
      const stack = await TestStack.create({ config: createConfig(lab.hosts, image, { path: "/mnt/disk1" }, network) });
      return withCleanup(
        async () => {
          reportProgress?.(`a store on ${network}`);
          await measureCost(stack, "up");
          const ours = await getStoreAccess(stack);
          reportProgress?.("a store on the hosts' network");
          const under = { ...ours, image, folder: "/mnt/disk1/host-network" };
          const host = { ...ours, endpoints: await startOnHostNetwork(lab.hosts, under) };
          return await compare(network, { ours, host }, () => emptyTrash(lab.hosts), reportProgress);
        },
        async () => stack.remove(),
      );
    },
    () => lab.stop(),
  );
}

/** Returns why the hosts' kernel does not support a network; undefined if it does. */
async function unsupportedReason(network: MeasuredNetwork, host: LabHost): Promise<string | undefined> {
  if (network === "overlay") return undefined;
  try {
    await host.run("ip", "link", "add", "link", "eth0", "name", "probe", "type", network);
    await host.run("ip", "link", "del", "probe");
    return undefined;
  } catch (error) {
    return `the kernel supports no such device: ${errorMessage(error)}`;
  }
}

/** Deletes MinIO's trash: MinIO keeps deleted files for five minutes, and they would fill the disks. */
async function emptyTrash(hosts: readonly LabHost[]): Promise<void> {
  const script = "rm -rf /mnt/disk1/*/.minio.sys/tmp/.trash/*";
  await Promise.all(hosts.map((host) => host.run("sh", "-c", script)));
}

async function compare(
  network: MeasuredNetwork,
  { ours, host }: { ours: StoreAccess; host: StoreAccess },
  clear: () => Promise<void>,
  reportProgress?: (what: string) => void,
): Promise<ThroughputResult[]> {
  const results: ThroughputResult[] = [];
  for (const [name, load] of Object.entries(LOADS)) {
    const put: ThroughputResult = { what: `PUT, ${name}`, network, ours: [], host: [] };
    const get: ThroughputResult = { what: `GET, ${name}`, network, ours: [], host: [] };
    // The first round fills caches and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      reportProgress?.(`${network}, ${name}, round ${round} of ${ROUNDS}`);
      const [over, under] = [await measureSpeeds(ours, load), await measureSpeeds(host, load)];
      await clear();
      if (round === 0) continue;
      put.ours.push(over.put);
      put.host.push(under.put);
      get.ours.push(over.get);
      get.host.push(under.get);
    }
    results.push(put, get);
  }
  return results;
}
