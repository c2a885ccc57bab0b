import { startLab } from "../../lab/lab.ts";
import { undone } from "../measure.ts";
import { costOf } from "./cost.ts";
import type { GrowthResult } from "./results.ts";
import { swarmStack } from "./swarm-stack.ts";

/** Numbers of hosts, in the order in which they are measured. */
export const GROWTH_SIZES = [5, 10, 16, 30];

/** `up` and a preview of a Swarm of engines of a lab, the start of the engines left out. */
export async function benchGrowth(hosts: number): Promise<GrowthResult> {
  const lab = await startLab({ hosts });
  return undone(
    async () => {
      const stack = await swarmStack(lab.hosts);
      return undone(
        async () => ({ hosts, up: await costOf(stack, "up"), preview: await costOf(stack, "preview") }),
        async () => stack.remove(),
      );
    },
    () => lab.stop(),
  );
}
