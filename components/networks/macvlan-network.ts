import type * as pulumi from "@pulumi/pulumi";
import type { L2NetworkArgs } from "./node-network/args.ts";
import { validateL2Network, validateMode } from "./node-network/validation.ts";
import { NodeNetwork } from "./node-network/node-network.ts";
import { MACVLAN_MODE_OPTION } from "../../core/networks/driver-options.ts";

/** How containers of one host reach each other: `bridge` directly, `vepa` by way of the switch, `private` not at all. */
export type MacvlanMode = "bridge" | "vepa" | "private";

export const MACVLAN_MODES: readonly MacvlanMode[] = ["bridge", "vepa", "private"];

/** What a macvlan network is to be. */
export interface MacvlanNetworkArgs extends L2NetworkArgs {
  /**
   * How containers of one host reach each other: `bridge` directly, `vepa` by way of a switch that sends back what came
   * from the same port, `private` not at all. What crosses between hosts is the same in all of them.
   * @default "bridge"
   */
  mode?: pulumi.Input<MacvlanMode>;
}

/**
 * Containers directly on a network that is there outside of Docker, a storage VLAN for instance: each has an address
 * and a MAC address of its own there, as a machine has, and nothing is wrapped or translated on the way. Containers
 * find each other by name across hosts, as on an overlay network.
 *
 * What it gives up: no port is published on hosts (services are reached at their own addresses), nothing is encrypted,
 * a host does not reach the containers that it runs itself, and the switch must bear several MAC addresses on a port,
 * which wireless networks and most clouds do not: take an `IpvlanNetwork` there.
 *
 * @example
 * // A store whose members have fixed addresses in the VLAN 50: http://10.50.0.17:9000 and http://10.50.0.18:9000.
 * const network = new MacvlanNetwork("storage", {
 *   swarm,
 *   subnet: "10.50.0.0/24",
 *   hosts: {
 *     a: { parent: "eth0.50", ipRange: "10.50.0.17/32" },
 *     b: { parent: "eth0.50", ipRange: "10.50.0.18/32" },
 *   },
 * });
 * const store = new MinioService("store", { swarm, network });
 */
export class MacvlanNetwork extends NodeNetwork {
  constructor(name: string, args: MacvlanNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const { mode = "bridge", gateway, ...others } = args;
    super(
      name,
      {
        ...others,
        ...{ kind: "MacvlanNetwork", driver: "macvlan", gateway },
        options: { [MACVLAN_MODE_OPTION]: mode },
        validate: (networkName, spec) => [
          ...validateL2Network(networkName, spec, Object.keys(args.swarm.hosts)),
          ...validateMode(spec.options?.[MACVLAN_MODE_OPTION], MACVLAN_MODES),
        ],
      },
      opts,
    );
  }
}
