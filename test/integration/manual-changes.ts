import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { vi } from "vitest";
import type { Engine } from "../../engine/engine.ts";
import type { NetworkDetails, NodeSpec, ServiceDetails, ServiceSpec, SwarmSpec } from "../../engine/types.ts";
import type { LabHost } from "../../lab/lab.ts";

/** Changes that people make to an engine without Pulumi. */

export async function changeService(engine: Engine, change: (spec: ServiceSpec) => void): Promise<void> {
  const service = await getOnlyService(engine);
  const spec = structuredClone(service.Spec);
  change(spec);
  await engine.updateService(service.ID, service.Version.Index, spec);
}

export async function changeNode(engine: Engine, change: (spec: NodeSpec) => void): Promise<void> {
  const [node] = await engine.listNodes();
  if (!node) throw new Error("the Swarm has no node");
  const spec = structuredClone(node.Spec);
  change(spec);
  await engine.updateNode(node.ID, node.Version.Index, spec);
}

export async function changeSwarm(engine: Engine, change: (spec: SwarmSpec) => void): Promise<void> {
  const { Spec, Version } = await engine.inspectSwarm();
  const spec = structuredClone(Spec);
  change(spec);
  await engine.updateSwarm(Version.Index, spec);
}

export async function getOnlyService(engine: Engine): Promise<ServiceDetails> {
  const [service, ...others] = await engine.listServices();
  if (!service || others.length > 0)
    throw new Error(`one service was expected, not ${others.length + (service ? 1 : 0)}`);
  return service;
}

export async function getNetwork(engine: Engine, name: string): Promise<NetworkDetails> {
  const network = (await engine.listNetworks()).find(({ Name }) => Name === name);
  if (!network) throw new Error(`there is no network ${name}`);
  return network;
}

/** Removes the only service and waits until no task uses its networks and secrets. */
export async function removeService(engine: Engine): Promise<void> {
  const { ID } = await getOnlyService(engine);
  await engine.removeService(ID);
  await waitFor(
    async () => (await engine.listTasks()).every((task) => task.ServiceID !== ID),
    "the service's tasks to end",
  );
}

/** Removes a volume. Retries, because a container that has just ended still uses it for a moment. */
export function removeVolume(engine: Engine, name: string): Promise<void> {
  return vi.waitFor(() => engine.removeVolume(name), { timeout: 60_000, interval: 200 });
}

/** Waits until a manager has encrypted its key, which happens shortly after autolock is enabled. */
export function waitForAutolock({ folder }: LabHost): Promise<void> {
  const key = join(folder, "docker", "swarm", "certificates", "swarm-node.key");
  return waitFor(async () => readFileSync(key, "utf8").includes("ENCRYPTED"), "the node's key to be locked");
}

/** Polls until a condition holds. */
export async function waitFor(
  condition: () => Promise<boolean>,
  description: string,
  { limitMs = 60_000, intervalMs = 200 } = {},
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${description}`);
    await pause(intervalMs);
  }
}
