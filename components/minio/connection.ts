import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../hosts/host.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { StorePlan } from "./plan.ts";

/** How resources get at what is in a store; a `MinioService` has it. */
export interface StoreConnection {
  /** The Swarm that runs the store. */
  readonly swarm: Swarm;
  /** Where its members are; known once the store is ready. */
  readonly address: pulumi.Inputs;
  /** A random value of the store's own that stays, and that is not known outside of its state. */
  readonly seed: pulumi.Input<string>;
}

/** A store whose contents may be declared; a `MinioService` is one. */
export interface HasStoreConnection {
  /** How its contents are got at. */
  readonly connection: StoreConnection;
}

export function storeConnection(
  swarm: Swarm,
  serviceName: string,
  hosts: readonly Host[],
  serviceIds: pulumi.Output<Record<string, string>>,
  seed: pulumi.Input<string>,
): StoreConnection {
  return { swarm, seed, address: { ...clusterAddress(swarm, hosts), serviceName, serviceIds } };
}

/** The same before its services are made: they are known by their names. */
export function storeAddressByName(swarm: Swarm, { serviceName, hosts, services }: StorePlan): pulumi.Inputs {
  return { ...clusterAddress(swarm, hosts), serviceName, services: services.map(({ serviceName }) => serviceName) };
}

function clusterAddress(swarm: Swarm, hosts: readonly Host[]) {
  const engines = swarm.nodeEngines;
  const nodes = Object.fromEntries(hosts.map(({ key }) => [key, engines[key]]));
  return { managers: swarm.managers, swarmId: swarm.swarmId, nodes };
}
