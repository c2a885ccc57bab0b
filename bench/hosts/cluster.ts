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

/** How many times each method is measured. */
export const CLUSTER_RUNS = 3;

export interface ClusterOptions {
  /** Whether to measure Ansible as well. */
  ansible: boolean;
  /** Called before each run. */
  reportProgress?: (what: string) => void;
}

/** Measures each method from bare engines to a healthy cluster. Alternates methods, for equal conditions. */
export async function benchCluster(hosts: number, { ansible, reportProgress }: ClusterOptions): Promise<ClusterResult> {
  const methods: Record<string, Method> = {
    "pulumi up": createPulumiMethod(),
    "docker CLI": byCli,
    ...(ansible && { Ansible: await createAnsibleMethod() }),
  };
  const lab = await startLab({ hosts });
  const starts: Record<string, StartTimes[]> = {};
  const runRounds = async (image: string) => {
    const endpoint = `http://${lab.host(1).address}:9000`;
    for (let runs = 1; runs <= CLUSTER_RUNS; runs++) {
      for (const [name, method] of Object.entries(methods)) {
        reportProgress?.(`${name}, run ${runs} of ${CLUSTER_RUNS}`);
        await resetHosts(lab.hosts);
        (starts[name] ??= []).push(await measureStart(endpoint, () => method.build(lab.hosts, image)));
      }
    }
  };
  await withCleanup(
    async () => {
      const image = await lab.build(ensureMinioImage);
      await runRounds(image).catch((error: unknown) => {
        // Rounds that were complete before Ctrl-C count.
        if (!stopped.aborted || Object.keys(methods).some((name) => !starts[name])) throw error;
      });
    },
    async () => {
      await lab.stop();
      for (const method of Object.values(methods)) method.cleanUp();
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
