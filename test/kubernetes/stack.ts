import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureKubernetesPlugin } from "../../toolchain/kubernetes-plugin.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import type { TestStackOptions } from "../integration/stack.ts";
import type { Cluster } from "../../lab/kubernetes/cluster.ts";

/** Returns the options of a stack on a cluster. */
export async function kubernetesStackOptions({ folder }: Cluster, config: Record<string, unknown> = {}) {
  const kubeconfig = readFileSync(join(folder, "kubeconfig"), "utf8");
  return {
    config: { ...config, "kubernetes:kubeconfig": kubeconfig },
    plugins: [await ensureKubernetesPlugin(ensurePulumi)],
  } satisfies TestStackOptions;
}
