import type * as pulumi from "@pulumi/pulumi";
import type { L2NetworkArgs } from "./node-network/args.ts";
import { validateL2Network, validateMode } from "./node-network/validation.ts";
import { NodeNetwork } from "./node-network/node-network.ts";
import { IPVLAN_MODE_OPTION } from "../../core/networks/driver-options.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";

/** Whether hosts forward packets to their containers as a switch (`l2`) or as a router (`l3`, `l3s`). */
export type IpvlanMode = "l2" | "l3" | "l3s";

export const IPVLAN_MODES: readonly IpvlanMode[] = ["l2", "l3", "l3s"];

/** Arguments of an IpvlanNetwork. */
export interface IpvlanNetworkArgs extends L2NetworkArgs {
  /**
   * Whether a host forwards packets to its containers as a switch (`l2`) or as a router (`l3`; with `l3s` they also pass
   * the host's firewall). As a router, a host does not answer ARP for its containers: every other host and the network's
   * router need a route to its `ipRange` by way of the host, which you have to set. The subnet must then be a new one,
   * and the gateway is not used.
   * @default "l2"
   */
  mode?: pulumi.Input<IpvlanMode>;
}

/**
 * Attaches containers directly to an existing network outside Docker, like `MacvlanNetwork`, but with their host's MAC
 * address. Use it where switches accept one MAC address per port, as in clouds that allow several addresses per host.
 * Containers find each other by name across hosts, as on an overlay network.
 *
 * Limits: no ports are published on hosts (use the containers' own addresses), traffic is not encrypted, a host cannot
 * reach its own containers, and containers cannot get addresses by DHCP.
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
    rejectWrongArguments("IpvlanNetwork", name, args);
    const { mode = "l2", gateway, ...others } = args;
    super(
      name,
      {
        ...others,
        ...{ kind: "IpvlanNetwork", args, driver: "ipvlan", gateway },
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
