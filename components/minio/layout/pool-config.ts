import * as pulumi from "@pulumi/pulumi";
import type { ConfigReference } from "../../../engine/types.ts";
import type { LeafInputs } from "../../shared/inputs.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { configMount, createConfig, type FileRef, type FileOptions } from "../../service/secrets-and-configs.ts";
import type { PoolPlan } from "./plan.ts";

/** Path of the configuration file with the pools in a member's container. */
export const POOLS_FILE = "/etc/minio-pools.yaml";

/**
 * Returns MinIO's arguments for the drives. With one pool each drive is an argument. With several MinIO expects one
 * pattern such as `host{1...4}` for each pool, which hostnames need not follow, so they are listed in a file.
 */
export function poolServerArguments(pools: readonly Pick<PoolPlan, "layout">[]): pulumi.Input<string>[] {
  const [first, ...others] = pools;
  if (!first) throw new Error("a store has a pool");
  return others.length > 0 ? ["--config", POOLS_FILE] : first.layout.endpoints;
}

/** Formats MinIO's configuration file for several pools. JSON is valid YAML. */
export function formatPoolsFile(pools: readonly { endpoints: readonly string[]; setSize: number }[]): string {
  const entries = pools.map(({ endpoints, setSize }) => ({ args: endpoints, "set-drive-count": setSize }));
  return `${JSON.stringify({ version: "v2", pools: entries }, undefined, 2)}\n`;
}

/** Creates the Docker config with the configuration file; undefined for a single pool, which needs none. */
export function createPoolsConfig(
  name: string,
  swarm: Swarm,
  pools: readonly PoolPlan[],
  opts: FileOptions,
): FileRef | undefined {
  if (pools.length === 1) return undefined;
  const layouts = pools.map(({ layout: { endpoints, setSize } }) =>
    pulumi.all(endpoints).apply((endpoints) => ({ endpoints, setSize })),
  );
  return createConfig(name, swarm, pulumi.all(layouts).apply(formatPoolsFile), opts);
}

/** Mounts the configuration file in a member's container. */
export function poolsConfigMount(config: FileRef, user: pulumi.Input<string>): LeafInputs<ConfigReference> {
  return configMount(config, POOLS_FILE, user);
}
