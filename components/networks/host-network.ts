import * as pulumi from "@pulumi/pulumi";
import type { DataNetwork } from "./node-network/data-network.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { Swarm } from "../swarm/swarm.ts";

/** Whose hosts' network it is. */
export interface HostNetworkArgs {
  /** The Swarm whose services are to be on their hosts' own network. */
  swarm: Swarm;
}

/**
 * The hosts' own network as one of a service's: its tasks have no network of their own but their host's, with all
 * addresses of the host and at its full speed. It is Docker's own and in every Swarm; here it is only looked up.
 *
 * What it gives up:
 * - names: no container finds another by name. `MinioService` tells its members each other's `privateAddress`.
 * - isolation: a task sees all that its host does, listens on all of the host's addresses and is kept from none of its
 *   ports. `allowFrom` cannot limit who reaches it, nor is anything encrypted between hosts: a firewall of your own
 *   and TLS have to do that.
 * - several on one host: its ports are the host's, and so only one service has each. A `MinioService` always has 9000
 *   and 9001 there, so that a host has one member of one store.
 * - other networks: a service on it is on no other one.
 *
 * @example
 * const network = new HostNetwork("hosts", { swarm });
 * const store = new MinioService("store", { swarm, network, tls: true });
 * @example
 * new SwarmService("agent", { swarm, spec: { …, TaskTemplate: { …, Networks: [{ Target: network.networkId }] } } });
 */
export class HostNetwork extends pulumi.ComponentResource implements DataNetwork {
  /** The network's id in the Swarm. */
  readonly networkId: pulumi.Output<string>;
  /** The driver that carries it. */
  readonly driver = "host";

  constructor(name: string, { swarm }: HostNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("swarm:index:HostNetwork", name, {}, opts);
    const inputs = { managers: swarm.managers, swarmId: swarm.swarmId, name: "host" };
    this.networkId = new PredefinedNetwork(`${name}-network`, inputs, { parent: this }).id;
    this.registerOutputs({ networkId: this.networkId });
  }
}

class PredefinedNetwork extends SwarmResource {
  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("PredefinedNetwork", name, inputs, opts);
  }
}
