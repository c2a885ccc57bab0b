import type * as pulumi from "@pulumi/pulumi";
import type { DataNetwork, NetworkDriver } from "./node-network/data-network.ts";
import { SwarmComponent } from "../shared/component.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";

/** Arguments of a HostNetwork. */
export interface HostNetworkArgs {
  /** The Swarm of the services that use the host network. */
  swarm: Swarm;
}

/**
 * Docker's predefined `host` network: tasks use the network of their host directly, at its full speed. It exists in every
 * Swarm and is only looked up.
 *
 * Limits:
 * - No service discovery. `MinioService` gives its members each other's `privateAddress`.
 * - No isolation. Tasks listen on all addresses of the host. `allowFrom` cannot limit the clients, and traffic between
 *   hosts is not encrypted: use your own firewall and TLS.
 * - A port can be used by one service only. A `MinioService` always uses 9000 and 9001, so a host can have one member of
 *   one store.
 * - A service on it cannot use other networks.
 *
 * @example
 * const network = new HostNetwork("hosts", { swarm });
 * const store = new MinioService("store", { swarm, network, tls: {} });
 * @example
 * new SwarmService("agent", { swarm, spec: { …, TaskTemplate: { …, Networks: [{ Target: network.networkId }] } } });
 */
export class HostNetwork extends SwarmComponent implements DataNetwork {
  /** The network's id in the Swarm. */
  readonly networkId: pulumi.Output<string>;
  /** The network driver. */
  readonly driver: NetworkDriver = "host";

  constructor(name: string, args: HostNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("HostNetwork", name, args);
    super("HostNetwork", name, args, opts);
    const { swarm } = args;
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
