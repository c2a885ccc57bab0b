import * as pulumi from "@pulumi/pulumi";
import type { NodeNetworkArgs } from "../node-network/args.ts";
import { validateBridgeOptions, validateNodeNetwork } from "../node-network/validation.ts";
import { NodeNetwork } from "../node-network/node-network.ts";
import { BRIDGE_NAME_OPTION } from "../../../core/networks/driver-options.ts";
import { MTU_OPTION } from "../../../core/network-rules.ts";

/** What a bridge network is to be. */
export interface BridgeNetworkArgs extends NodeNetworkArgs {
  /**
   * Keys of the hosts that have the network, each a bridge of its own.
   * @default - all hosts of the Swarm
   */
  hosts?: string[];

  /**
   * The addresses of each of the bridges, IPv4 in CIDR form. They are every host's own and may be the same on all.
   * @default - each host's engine chooses a free subnet
   * @example "172.30.0.0/24"
   */
  subnet?: pulumi.Input<string>;

  /**
   * The address that a host has on its bridge, within `subnet`.
   * @default - the first address of `subnet`
   * @example "172.30.0.1"
   */
  gateway?: pulumi.Input<string>;

  /**
   * What the device is called on each host, 1 to 15 letters, digits, `_`, `.` or `-`: for rules of a firewall.
   * @default - Docker makes a name up
   * @example "br-storage"
   */
  bridgeName?: pulumi.Input<string>;

  /**
   * The largest packet on the bridge, in bytes.
   * @default 1500
   * @example 9000
   */
  mtu?: pulumi.Input<number>;
}

/**
 * A bridge on each host, under one name in the Swarm: containers of one host reach each other and the outside, those of
 * different hosts do not. It needs nothing of the network between the hosts, and ports are published as on an overlay
 * network. Containers find each other by the names of their tasks and by their host names, and not by a service's name.
 *
 * A store on it has one host; for more take an `OverlayNetwork`, `MacvlanNetwork` or `IpvlanNetwork`.
 *
 * @example
 * const network = new BridgeNetwork("storage", { swarm });
 * const store = new MinioService("store", { swarm, network }); // a Swarm of one host
 */
export class BridgeNetwork extends NodeNetwork {
  /** Name of the bridge device, where it was given. */
  readonly bridgeName?: pulumi.Input<string>;

  constructor(name: string, args: BridgeNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const { swarm, hosts = Object.keys(swarm.hosts), subnet, gateway, bridgeName, mtu = 1500, ...others } = args;
    super(
      name,
      {
        ...others,
        ...{ kind: "BridgeNetwork", driver: "bridge", swarm, subnet, gateway },
        options: {
          ...(bridgeName !== undefined && { [BRIDGE_NAME_OPTION]: bridgeName }),
          [MTU_OPTION]: typeof mtu === "number" ? String(mtu) : pulumi.output(mtu).apply(String),
        },
        hosts: Object.fromEntries(hosts.map((host) => [host, {}] as const)),
        validate: (networkName, spec) => [
          ...validateNodeNetwork(networkName, spec, Object.keys(swarm.hosts)),
          ...validateBridgeOptions(spec.options),
        ],
      },
      opts,
    );
    this.bridgeName = bridgeName;
  }
}
