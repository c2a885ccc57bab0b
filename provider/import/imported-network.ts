import { undefinedIfNotFound } from "../../engine/engine.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NetworkDetails } from "../../engine/types.ts";
import { isAllocated } from "../networks/allocation.ts";
import { type NetworkSpec, networkSpecFrom } from "../networks/network-spec.ts";
import type { Managers } from "../swarm/manager-pool.ts";
import { isPredefinedNetwork } from "../swarm/swarm-inventory.ts";
import { ResourceError } from "../runtime/errors.ts";
import { inspectImportedSwarm, rejectOwned } from "./imported-swarm.ts";

/**
 * Returns a network of the Swarm as inputs that describe it completely, with its id; undefined if it does not exist.
 *
 * @param name the network's name or id
 * @throws ResourceError if another state or Docker itself owns it, or if it could not be created from its description
 */
export async function inspectImportedNetwork(
  name: string,
  connection: EngineConnection,
): Promise<{ id: string; inputs: { managers: Managers; swarmId: string; spec: NetworkSpec } } | undefined> {
  const { engine, swarmId, managers } = await inspectImportedSwarm(connection);
  const network = await undefinedIfNotFound(engine.inspectNetwork(name, { scope: "swarm" }));
  if (!network) return undefined;
  const problem = importError(network);
  if (problem !== undefined) throw new ResourceError(`network ${network.Name}: cannot be imported: ${problem}`);
  rejectOwned(`network ${network.Name}`, network.Labels, "an OverlayNetwork");
  return { id: network.Id, inputs: { managers, swarmId, spec: networkSpecFrom(network) } };
}

function importError(network: NetworkDetails): string | undefined {
  if (isPredefinedNetwork(network)) return "Docker itself creates it in every Swarm";
  if (network.ConfigFrom?.Network) {
    return `its settings are in the config-only networks ${network.ConfigFrom.Network} of the hosts: declare a MacvlanNetwork or an IpvlanNetwork instead`;
  }
  if (!isAllocated(network)) return "Swarm has given it no addresses, so no task on it starts: remove it";
  return undefined;
}
