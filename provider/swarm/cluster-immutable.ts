import { Engine } from "../../engine/engine.ts";
import { engineTimeout } from "../../engine/timeouts.ts";
import type { SwarmDetails } from "../../engine/types.ts";
import { DEFAULT_SUBNET_SIZE } from "../../core/networks/address-pools.ts";
import { isOwned } from "../../core/labels.ts";
import type { ClusterInputs, CreationSettings } from "./cluster-inputs.ts";
import { listSwarmObjects } from "./swarm-inventory.ts";
import { containsUnknown, deepEqual } from "../runtime/diff.ts";

export function creationSettingsFrom(swarm: SwarmDetails): CreationSettings {
  return {
    addressPools: swarm.DefaultAddrPool ?? [],
    subnetSize: swarm.SubnetSize || DEFAULT_SUBNET_SIZE,
    dataPathPort: swarm.DataPathPort || 4789,
  };
}

/** Returns the requested settings that differ from those the Swarm was created with. */
export function changedCreationSettings(fixed: CreationSettings, requested: ClusterInputs): (keyof CreationSettings)[] {
  const keys = ["addressPools", "subnetSize", "dataPathPort"] as const;
  return keys.filter(
    (key) => requested[key] !== undefined && !containsUnknown(requested[key]) && !deepEqual(requested[key], fixed[key]),
  );
}

/** Returns whether a Swarm on a loopback address must become reachable, because it gets a second host. */
export function needsReachableAddress({ singleHost, firstManager }: ClusterInputs): boolean {
  const addresses = firstManager ? [firstManager.advertiseAddress, firstManager.listenAddress] : [];
  return singleHost === false && addresses.some(isLoopback);
}

/** Returns why a change that needs a new Swarm is rejected, and what would be lost; undefined if it is allowed. */
export async function checkReplacement(news: ClusterInputs): Promise<string | undefined> {
  const found = await inspectRunningSwarm(news);
  if (!found) return undefined;
  const { engine, swarm, address } = found;
  const isOurs = isOwned(swarm.Spec.Labels, news.owner);
  if (!news.adopt && !isOurs) return undefined;
  const isUnreachable = isLoopback(address) || (isOurs && needsReachableAddress(news));
  if (news.singleHost === false && isUnreachable && !(isOurs && news.allowOutage)) {
    return (
      `managers: the Swarm was created for one host and listens only on ${address}, where no other host can join; ` +
      (isOurs ? await replacementCost(engine) : "only its owner can recreate it")
    );
  }
  const [property] = isOurs && news.allowOutage ? [] : changedCreationSettings(creationSettingsFrom(swarm), news);
  if (!property) return undefined;
  return (
    `${property} ${JSON.stringify(news[property])}: the Swarm was created with ` +
    `${JSON.stringify(creationSettingsFrom(swarm)[property])}, and only a new Swarm can have another value; ` +
    (isOurs
      ? await replacementCost(engine, "Restore the value, or set")
      : "only its owner can recreate it: restore the value")
  );
}

async function replacementCost(engine: Engine, fix = "Set"): Promise<string> {
  const lost = await listSwarmObjects(engine);
  return (
    `recreating it removes: ${lost.join(", ") || "its node identities"}. ` +
    `Data in volumes is kept. ${fix} allowOutage: true to recreate the Swarm`
  );
}

/** Inspects the running Swarm through the first manager that answers. Returns undefined if none does. */
async function inspectRunningSwarm({ managers }: ClusterInputs) {
  const inspections = Object.values(managers).map(async (connection) => {
    const engine = new Engine(connection);
    const info = await engine.info(engineTimeout(connection));
    if (!info.Swarm.ControlAvailable) throw new Error("not a manager");
    return { engine, swarm: await engine.inspectSwarm(), address: info.Swarm.NodeAddr };
  });
  return Promise.any(inspections).catch(() => undefined);
}

function isLoopback(address: string): boolean {
  return /^(127\.|\[?::1\b)/.test(address);
}
