import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { ConfigReference } from "../engine/types.ts";
import type { DeepInput } from "../shared/inputs.ts";
import { ownerLabels, SWARM_LABEL } from "../shared/labels.ts";
import { ownerOf } from "../shared/owner.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { PoolPlan } from "./plan.ts";

/** Where a member finds the pools of its store. */
export const POOLS_FILE = "/etc/minio-pools.yaml";

/** Tells a configuration from its successor: Docker has none with the text changed, only another. */
const CONTENT_LABEL = "pulumi-swarm.content";

/** A Docker config as a service refers to it. */
export interface ConfigHandle {
  id: pulumi.Input<string>;
  name: pulumi.Input<string>;
}

/**
 * MinIO's arguments that name the drives. One pool is named drive by drive. Several cannot be: there each argument
 * would be a pool, as a pattern like `host{1...4}` that hosts' own names do not follow; they go in a file.
 */
export function poolArguments(pools: readonly PoolPlan[]): string[] {
  const [first, ...others] = pools;
  if (!first) throw new Error("a store has a pool");
  return others.length > 0 ? ["--config", POOLS_FILE] : first.layout.endpoints;
}

/** MinIO's configuration file of several pools; JSON is YAML. */
export function poolsText(pools: readonly PoolPlan[]): string {
  const spelled = pools.map(({ layout }) => ({ args: layout.endpoints, "set-drive-count": layout.setSize }));
  return `${JSON.stringify({ version: "v2", pools: spelled }, undefined, 2)}\n`;
}

/** The file of several pools as a Docker config; undefined for one pool, which needs none. */
export function poolsConfig(
  name: string,
  swarm: Swarm,
  pools: readonly PoolPlan[],
  opts: pulumi.CustomResourceOptions,
): ConfigHandle | undefined {
  if (pools.length === 1) return undefined;
  const text = poolsText(pools);
  const labels = {
    ...ownerLabels(ownerOf(name)),
    [SWARM_LABEL]: swarm.swarmId,
    [CONTENT_LABEL]: createHash("sha256").update(text).digest("hex").slice(0, 16),
  };
  // The engine's name for it is Pulumi's to make up: so the next one can be there before this one goes.
  return new docker.ServiceConfig(
    name,
    {
      data: Buffer.from(text).toString("base64"),
      labels: Object.entries(labels).map(([label, value]) => ({ label, value })),
    },
    { ...opts, provider: swarm.provider },
  );
}

export function configReference({ id, name }: ConfigHandle): DeepInput<ConfigReference> {
  return { ConfigID: id, ConfigName: name, File: { Name: POOLS_FILE, UID: "0", GID: "0", Mode: 0o444 } };
}
