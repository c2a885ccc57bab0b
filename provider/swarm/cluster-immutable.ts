import { Engine } from "../../engine/engine.ts";
import { engineTimeout } from "../../engine/timeouts.ts";
import type { SwarmDetails } from "../../engine/types.ts";
import { isOwned } from "../../core/labels.ts";
import type { ClusterInputs, CreationSettings } from "./cluster-inputs.ts";
import { listSwarmObjects } from "./swarm-inventory.ts";
import { containsUnknown, deepEqual } from "../runtime/diff.ts";

export const DEFAULT_SUBNET_SIZE = 24;

export function creationSettingsFrom(swarm: SwarmDetails): CreationSettings {
  return {
    addressPools: swarm.DefaultAddrPool ?? [],
    subnetSize: swarm.SubnetSize || DEFAULT_SUBNET_SIZE,
    dataPathPort: swarm.DataPathPort || 4789,
  };
}

/** What was asked for and is not how the Swarm was made. */
export function changedCreationSettings(fixed: CreationSettings, asked: ClusterInputs): (keyof CreationSettings)[] {
  const keys = ["addressPools", "subnetSize", "dataPathPort"] as const;
  return keys.filter(
    (key) => asked[key] !== undefined && !containsUnknown(asked[key]) && !deepEqual(asked[key], fixed[key]),
  );
}

/** Whether a Swarm that was made for one host, where no other reaches it, is to get a second one. */
export function needsReachableAddress({ singleHost, firstManager }: ClusterInputs): boolean {
  return singleHost === false && [firstManager.advertiseAddress, firstManager.listenAddress].some(isLoopback);
}

/** Why a change that means a new Swarm is not made, with what it would cost. */
export async function checkReplacement(news: ClusterInputs): Promise<string | undefined> {
  const found = await inspectRunningSwarm(news);
  if (!found) return undefined;
  const { engine, swarm, address } = found;
  const isOurs = isOwned(swarm.Spec.Labels, news.owner);
  if (!news.adopt && !isOurs) return undefined;
  const isUnreachable = isLoopback(address) || (isOurs && needsReachableAddress(news));
  if (news.singleHost === false && isUnreachable && !(isOurs && news.allowOutage)) {
    return (
      `managers: the Swarm was made for one host and listens on ${address} alone, where no other host can join it; ` +
      (isOurs ? await replacementCost(engine) : "only its owner can make it anew")
    );
  }
  const [property] = news.allowOutage ? [] : changedCreationSettings(creationSettingsFrom(swarm), news);
  if (!property) return undefined;
  return (
    `${property} ${JSON.stringify(news[property])}: the Swarm was made with ${JSON.stringify(creationSettingsFrom(swarm)[property])}, ` +
    `and only a new Swarm can have another; ${await replacementCost(engine, "Put the value back, or set")}`
  );
}

async function replacementCost(engine: Engine, wayOut = "Set"): Promise<string> {
  const lost = await listSwarmObjects(engine);
  return (
    `lost with the old one: ${lost.join(", ") || "its node identities"}. ` +
    `Data in volumes stays. ${wayOut} allowOutage: true to have the Swarm made anew`
  );
}

/** The Swarm that is there already, by the first of the managers that answers for it. */
async function inspectRunningSwarm({ managers }: ClusterInputs) {
  const asked = Object.values(managers).map(async (connection) => {
    const engine = new Engine(connection);
    const info = await engine.info(engineTimeout(connection));
    if (!info.Swarm.ControlAvailable) throw new Error("it is no manager");
    return { engine, swarm: await engine.inspectSwarm(), address: info.Swarm.NodeAddr };
  });
  return Promise.any(asked).catch(() => undefined);
}

function isLoopback(address: string): boolean {
  return /^(127\.|\[?::1\b)/.test(address);
}
