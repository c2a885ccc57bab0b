import { startLab } from "../../test/lab/lab.ts";
import { buildImage } from "../../toolchain/minio-image.ts";
import { timed, undone } from "../measure.ts";
import { makeBare } from "./bare.ts";
import type { ClusterResult } from "./results.ts";
import { byAnsible } from "./ways/by-ansible.ts";
import { byCli } from "./ways/by-cli.ts";
import { byProgram } from "./ways/ours.ts";
import type { Way } from "./ways/way.ts";

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
  const ways: Record<string, Way> = {
    "pulumi up": byProgram(),
    "docker CLI": byCli,
    ...(ansible && { Ansible: await byAnsible() }),
  };
  const lab = await startLab({ hosts });
  const seconds: Record<string, number[]> = {};
  await undone(
    async () => {
      const image = await lab.build(buildImage);
      for (let runs = 1; runs <= CLUSTER_RUNS; runs++) {
        for (const [name, way] of Object.entries(ways)) {
          tell?.(`${name}, run ${runs} of ${CLUSTER_RUNS}`);
          await makeBare(lab.hosts);
          (seconds[name] ??= []).push(await timed(() => way.build(lab.hosts, image)));
        }
      }
    },
    async () => {
      await lab.stop();
      for (const way of Object.values(ways)) way.forget();
    },
  );
  const { "pulumi up": ours = [], "docker CLI": byHand = [], Ansible } = seconds;
  return { hosts, ours, byCli: byHand, byAnsible: Ansible };
}
