import { startLab } from "../../lab/lab.ts";
import { withCleanup } from "../measure.ts";
import { measureCost } from "./cost.ts";
import type { GrowthResult } from "./results.ts";
import { swarmStack } from "./swarm-stack.ts";

/** Numbers of hosts, in the order in which they are measured. */
export const GROWTH_SIZES = [5, 10, 16, 30];

/** Measures `up` and a preview of a Swarm on lab engines that are already running. */
export async function benchGrowth(hosts: number): Promise<GrowthResult> {
  const lab = await startLab({ hosts });
  return withCleanup(
    async () => {
      const stack = await swarmStack(lab.hosts);
      return withCleanup(
        async () => ({ hosts, up: await measureCost(stack, "up"), preview: await measureCost(stack, "preview") }),
        async () => stack.remove(),
      );
    },
    () => lab.stop(),
  );
}
