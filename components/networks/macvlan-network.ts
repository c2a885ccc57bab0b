import type * as pulumi from "@pulumi/pulumi";
import type { L2NetworkArgs } from "./node-network/args.ts";
import { validateL2Network, validateMode } from "./node-network/validation.ts";
import { NodeNetwork } from "./node-network/node-network.ts";
import { MACVLAN_MODE_OPTION } from "../../core/networks/driver-options.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";

/** How containers of one host reach each other: `bridge` directly, `vepa` through the switch, `private` not at all. */
export type MacvlanMode = "bridge" | "vepa" | "private";

export const MACVLAN_MODES: readonly MacvlanMode[] = ["bridge", "vepa", "private"];

/** Arguments of a MacvlanNetwork. */
export interface MacvlanNetworkArgs extends L2NetworkArgs {
  /**
   * How containers of one host reach each other: `bridge` directly, `vepa` through a switch that supports
   * hairpin forwarding, `private` not at all. Traffic between hosts is the same in all modes.
   * @default "bridge"
   */
  mode?: pulumi.Input<MacvlanMode>;
}

/**
 * Attaches containers directly to an existing network outside Docker, for instance a storage VLAN. Each has its own IP
 * and MAC address there, without encapsulation or NAT. Containers find each other by name across hosts, as on an overlay
 * network.
 *
 * Limits: no ports are published on hosts (use the containers' own addresses), traffic is not encrypted, a host cannot
 * reach its own containers, and the switch must accept several MAC addresses per port,
 * which wireless networks and most clouds do not: use an `IpvlanNetwork` there.
 *
 * @example
 * // Members with fixed addresses in VLAN 50: http://10.50.0.17:9000 and http://10.50.0.18:9000.
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
    rejectWrongArguments("MacvlanNetwork", name, args);
    const { mode = "bridge", gateway, ...others } = args;
    super(
      name,
      {
        ...others,
        ...{ kind: "MacvlanNetwork", args, driver: "macvlan", gateway },
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
