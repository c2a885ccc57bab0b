import { TestStack } from "../../test/integration/stack.ts";
import { type LabHost, startLab } from "../../test/lab/lab.ts";
import { buildImage } from "../../toolchain/minio-image.ts";
import { undone } from "../measure.ts";
import { type Access, type Load, speeds } from "./clients.ts";
import { costOf } from "./cost.ts";
import { startOnHostNetwork } from "./host-network.ts";
import type { ThroughputResult } from "./results.ts";
import { configOf } from "./ways/ours.ts";

/** MiB of each disk, in memory, which it takes only as it fills. */
const DISK = 2560;

/** How often both are measured. */
const ROUNDS = 3;

const LOADS: Record<string, Load> = {
  "64 MiB objects": { clients: 8, objects: 2, size: 64 * 2 ** 20 },
  "16 KiB objects": { clients: 8, objects: 50, size: 16 * 2 ** 10 },
};

/** A store on the overlay network against one on the hosts' own, on the same hosts and by turns. */
export async function benchThroughput(hosts: number, tell?: (what: string) => void): Promise<ThroughputResult[]> {
  // Disks in memory: what is measured is the way there.
  const lab = await startLab({ hosts, disks: 1, diskSize: DISK });
  return undone(
    async () => {
      const image = await lab.build(buildImage);
      const stack = await TestStack.create({ config: configOf(lab.hosts, image, { path: "/mnt/disk1" }) });
      return undone(
        async () => {
          tell?.("a store on the overlay network");
          await costOf(stack, "up");
          const { endpoints, rootUser, rootPassword } = (await stack.outputs({ showSecrets: true })) as {
            endpoints: Record<string, string>;
            rootUser: string;
            rootPassword: string;
          };
          const overlay = { endpoints: Object.values(endpoints), user: rootUser, password: rootPassword };
          tell?.("a store on the hosts' network");
          const under = { ...overlay, image, folder: "/mnt/disk1/host-network" };
          const host = { ...overlay, endpoints: await startOnHostNetwork(lab.hosts, under) };
          return await compare(overlay, host, () => emptyTrash(lab.hosts), tell);
        },
        async () => stack.remove(),
      );
    },
    () => lab.stop(),
  );
}

/** MinIO keeps the files of deleted objects for five minutes: in less than that they would fill the disks. */
async function emptyTrash(hosts: readonly LabHost[]): Promise<void> {
  const script = "rm -rf /mnt/disk1/*/.minio.sys/tmp/.trash/*";
  await Promise.all(hosts.map((host) => host.run("sh", "-c", script)));
}

async function compare(
  overlay: Access,
  host: Access,
  clear: () => Promise<void>,
  tell?: (what: string) => void,
): Promise<ThroughputResult[]> {
  const results: ThroughputResult[] = [];
  for (const [name, load] of Object.entries(LOADS)) {
    const put: ThroughputResult = { what: `PUT, ${name}`, overlay: [], host: [] };
    const get: ThroughputResult = { what: `GET, ${name}`, overlay: [], host: [] };
    // The first round warms both up, and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      tell?.(`${name}, round ${round} of ${ROUNDS}`);
      const [over, under] = [await speeds(overlay, load), await speeds(host, load)];
      await clear();
      if (round === 0) continue;
      put.overlay.push(over.put);
      put.host.push(under.put);
      get.overlay.push(over.get);
      get.host.push(under.get);
    }
    results.push(put, get);
  }
  return results;
}
