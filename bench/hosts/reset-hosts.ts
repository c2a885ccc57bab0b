import { setTimeout as pause } from "node:timers/promises";
import type { LabHost } from "../../lab/lab.ts";

/** Docker's bridge for Swarm tasks, which outlives the Swarm. */
const BRIDGE = "docker_gwbridge";

/** How often a container that is ending is looked for, 100 ms each. */
const TRIES = 300;

/** Has every engine forget its Swarm, containers and data; images stay. */
export async function resetHosts(hosts: readonly LabHost[]): Promise<void> {
  await Promise.all(hosts.map(resetHost));
}

async function resetHost(host: LabHost): Promise<void> {
  const { hostname, engine } = host;
  if ((await engine.info()).Swarm.LocalNodeState === "inactive") return;
  await engine.leaveSwarm(true);
  for (let tries = 0; (await engine.listContainers(undefined, true)).length > 0; tries++) {
    if (tries === TRIES) throw new Error(`${hostname}: its containers do not end`);
    await pause(100);
  }
  for (const { Name } of await engine.listVolumes()) await engine.removeVolume(Name);
  const networks = await engine.listNetworks();
  if (networks.some(({ Name }) => Name === BRIDGE)) await engine.removeNetwork(BRIDGE);
  // It goes on listening where the other nodes of a Swarm would gossip.
  await host.stopEngine();
  await host.startEngine();
}
