import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import type { StorePlan } from "../layout/plan.ts";

/** Access of other resources to a store's contents; an output of `MinioService`. */
export interface StoreConnection {
  /** The Swarm that runs the store. */
  readonly swarm: Swarm;
  /** Location of the members; known once the store is ready. */
  readonly address: pulumi.Inputs;
  /** A random value that stays the same for a store, and is known only to its state. */
  readonly seed: pulumi.Input<string>;
}

/** Returns the connection to a store's services. */
export function storeConnection(
  swarm: Swarm,
  serviceName: string,
  hosts: readonly Host[],
  serviceIds: pulumi.Output<Record<string, string>>,
  seed: pulumi.Input<string>,
): StoreConnection {
  return { swarm, seed, address: { ...clusterAddress(swarm, hosts), serviceName, serviceIds } };
}

/** Returns the location of a store by the names of its services, which may not exist yet. */
export function storeAddressByName(swarm: Swarm, { serviceName, hosts, services }: StorePlan): pulumi.Inputs {
  return { ...clusterAddress(swarm, hosts), serviceName, services: services.map(({ serviceName }) => serviceName) };
}

function clusterAddress(swarm: Swarm, hosts: readonly Host[]) {
  const engines = swarm.nodeEngines;
  const nodes = Object.fromEntries(hosts.map(({ key }) => [key, engines[key]]));
  return { managers: swarm.managers, swarmId: swarm.swarmId, nodes };
}
