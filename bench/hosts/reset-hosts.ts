import { setTimeout as pause } from "node:timers/promises";
import type { LabHost } from "../../lab/lab.ts";

/** Docker's bridge for Swarm tasks, which remains after leaving the Swarm. */
const BRIDGE = "docker_gwbridge";

/** Checks for containers that are still ending, 100 ms apart. */
const TRIES = 300;

/** Removes Swarm, containers and data from every engine; keeps images. */
export async function resetHosts(hosts: readonly LabHost[]): Promise<void> {
  await Promise.all(hosts.map(resetHost));
}

async function resetHost(host: LabHost): Promise<void> {
  const { hostname, engine } = host;
  if ((await engine.info()).Swarm.LocalNodeState === "inactive") return;
  await engine.leaveSwarm(true);
  for (let tries = 0; (await engine.listContainers(undefined, true)).length > 0; tries++) {
    if (tries === TRIES) throw new Error(`${hostname}: containers do not end`);
    await pause(100);
  }
  for (const { Name } of await engine.listVolumes()) await engine.removeVolume(Name);
  const networks = await engine.listNetworks();
  if (networks.some(({ Name }) => Name === BRIDGE)) await engine.removeNetwork(BRIDGE);
  // After leaving a Swarm, an engine keeps listening on the gossip port until it restarts.
  await host.stopEngine();
  await host.startEngine();
}
