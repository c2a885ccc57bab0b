import { startLab } from "../../lab/lab.ts";
import { ensureMinioImage } from "../../toolchain/minio-image.ts";
import { type StartTimes, measureStart } from "../healthy.ts";
import { stopped, withCleanup } from "../measure.ts";
import { resetHosts } from "./reset-hosts.ts";
import type { ClusterResult } from "./results.ts";
import { createAnsibleMethod } from "./methods/ansible.ts";
import { byCli } from "./methods/docker-cli.ts";
import { createPulumiMethod } from "./methods/pulumi.ts";
import type { Method } from "./methods/method.ts";

/** Numbers of hosts, in the order in which they are measured. */
export const CLUSTER_SIZES = [4, 16];

/** How often each way is measured. */
export const CLUSTER_RUNS = 3;

export interface ClusterOptions {
  /** Whether Ansible is measured as well. */
  ansible: boolean;
  /** Called before each run. */
  tell?: (what: string) => void;
}

/** From bare engines to a healthy cluster, each way by turns, so that all see the same machine. */
export async function benchCluster(hosts: number, { ansible, tell }: ClusterOptions): Promise<ClusterResult> {
  const ways: Record<string, Method> = {
    "pulumi up": createPulumiMethod(),
    "docker CLI": byCli,
    ...(ansible && { Ansible: await createAnsibleMethod() }),
  };
  const lab = await startLab({ hosts });
  const starts: Record<string, StartTimes[]> = {};
  const takeTurns = async (image: string) => {
    const endpoint = `http://${lab.host(1).address}:9000`;
    for (let runs = 1; runs <= CLUSTER_RUNS; runs++) {
      for (const [name, way] of Object.entries(ways)) {
        tell?.(`${name}, run ${runs} of ${CLUSTER_RUNS}`);
        await resetHosts(lab.hosts);
        (starts[name] ??= []).push(await measureStart(endpoint, () => way.build(lab.hosts, image)));
      }
    }
  };
  await withCleanup(
    async () => {
      const image = await lab.build(ensureMinioImage);
      await takeTurns(image).catch((error: unknown) => {
        // Whole turns that came before Ctrl-C count.
        if (!stopped.aborted || Object.keys(ways).some((name) => !starts[name])) throw error;
      });
    },
    async () => {
      await lab.stop();
      for (const way of Object.values(ways)) way.cleanUp();
    },
  );
  const healthy = (name: string) => starts[name]?.map((start) => start.healthy);
  const { "pulumi up": ours = [] } = starts;
  return {
    hosts,
    ours: healthy("pulumi up") ?? [],
    ended: ours.map(({ ended }) => ended),
    byCli: healthy("docker CLI") ?? [],
    byAnsible: healthy("Ansible"),
  };
}
