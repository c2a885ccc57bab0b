import type * as pulumi from "@pulumi/pulumi";
import type { L2NetworkArgs } from "./node-network/args.ts";
import { validateL2Network, validateMode } from "./node-network/validation.ts";
import { NodeNetwork } from "./node-network/node-network.ts";
import { IPVLAN_MODE_OPTION } from "../../core/networks/driver-options.ts";

/** Whether hosts pass on what is for their containers as a switch does (`l2`) or as a router does (`l3`, `l3s`). */
export type IpvlanMode = "l2" | "l3" | "l3s";

export const IPVLAN_MODES: readonly IpvlanMode[] = ["l2", "l3", "l3s"];

/** What an ipvlan network is to be. */
export interface IpvlanNetworkArgs extends L2NetworkArgs {
  /**
   * Whether a host passes on what is for its containers as a switch does (`l2`), or as a router (`l3`; `l3s` also has
   * it pass through the host's own firewall). As a router it answers nobody who looks for a container: on every other
   * host, and on the network's router, the part of the subnet that is this host's must be a route by way of this host,
   * and nobody but you can set it. There the subnet is one that is nowhere else yet, and the gateway is not used.
   * @default "l2"
   */
  mode?: pulumi.Input<IpvlanMode>;
}

/**
 * Containers directly on a network that is there outside of Docker, as `MacvlanNetwork` has them, but with their host's
 * MAC address: switches see one machine, which works where they bear no other, as in clouds that let a host have
 * several addresses. Containers find each other by name across hosts, as on an overlay network.
 *
 * What it gives up: no port is published on hosts (services are reached at their own addresses), nothing is encrypted,
 * a host does not reach the containers that it runs itself, and containers cannot get addresses by DHCP.
 *
 * @example
 * const network = new IpvlanNetwork("storage", {
 *   swarm,
 *   subnet: "10.50.0.0/24",
 *   hosts: {
 *     a: { parent: "eth1", ipRange: "10.50.0.16/29" },
 *     b: { parent: "eth1", ipRange: "10.50.0.24/29" },
 *   },
 * });
 */
export class IpvlanNetwork extends NodeNetwork {
  constructor(name: string, args: IpvlanNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const { mode = "l2", gateway, ...others } = args;
    super(
      name,
      {
        ...others,
        ...{ kind: "IpvlanNetwork", driver: "ipvlan", gateway },
        options: { [IPVLAN_MODE_OPTION]: mode },
        validate: (networkName, spec) => [
          ...validateL2Network(networkName, spec, Object.keys(args.swarm.hosts)),
          ...validateMode(spec.options?.[IPVLAN_MODE_OPTION], IPVLAN_MODES),
        ],
      },
      opts,
    );
  }
}
