import type { ConfigReference } from "../../../engine/types.ts";
import type { DeepInput } from "../../shared/inputs.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { configMount, createConfig, type FileRef, type FileOptions } from "../../service/secrets-and-configs.ts";
import type { PoolPlan } from "../plan.ts";

/** Where a member finds the pools of its store. */
export const POOLS_FILE = "/etc/minio-pools.yaml";

/**
 * MinIO's arguments that name the drives. One pool is named drive by drive. Several cannot be: there each argument
 * would be a pool, as a pattern like `host{1...4}` that hosts' own names do not follow; they go in a file.
 */
export function poolServerArguments(pools: readonly Pick<PoolPlan, "layout">[]): string[] {
  const [first, ...others] = pools;
  if (!first) throw new Error("a store has a pool");
  return others.length > 0 ? ["--config", POOLS_FILE] : first.layout.endpoints;
}

/** MinIO's configuration file of several pools; JSON is YAML. */
export function formatPoolsFile(pools: readonly Pick<PoolPlan, "layout">[]): string {
  const spelled = pools.map(({ layout }) => ({ args: layout.endpoints, "set-drive-count": layout.setSize }));
  return `${JSON.stringify({ version: "v2", pools: spelled }, undefined, 2)}\n`;
}

/** The file of several pools as a Docker config; undefined for one pool, which needs none. */
export function createPoolsConfig(
  name: string,
  swarm: Swarm,
  pools: readonly PoolPlan[],
  opts: FileOptions,
): FileRef | undefined {
  return pools.length === 1 ? undefined : createConfig(name, swarm, formatPoolsFile(pools), opts);
}

export function poolsConfigMount(config: FileRef): DeepInput<ConfigReference> {
  return configMount(config, POOLS_FILE, "0");
}
