import * as pulumi from "@pulumi/pulumi";
import type { NodeNetworkArgs } from "../node-network/args.ts";
import { validateBridgeOptions, validateNodeNetwork } from "../node-network/validation.ts";
import { NodeNetwork } from "../node-network/node-network.ts";
import { BRIDGE_NAME_OPTION } from "../../../core/networks/driver-options.ts";
import { MTU_OPTION } from "../../../core/network-rules.ts";
import { rejectWrongArguments } from "../../shared/reject-arguments.ts";

/** Arguments of a BridgeNetwork. */
export interface BridgeNetworkArgs extends NodeNetworkArgs {
  /**
   * Keys of the hosts with the network. Each gets its own bridge.
   * Plain: it decides which resources exist.
   * @default - all hosts of the Swarm
   */
  hosts?: string[];

  /**
   * The subnet of each bridge, IPv4 in CIDR form. All hosts may use the same one.
   * @default - each host's engine chooses a free subnet
   * @example "172.30.0.0/24"
   */
  subnet?: pulumi.Input<string>;

  /**
   * The host's address on its bridge, within `subnet`.
   * @default - the first address of `subnet`
   * @example "172.30.0.1"
   */
  gateway?: pulumi.Input<string>;

  /**
   * Name of the bridge interface on each host, for firewall rules: 1 to 15 letters, digits, `_`, `.` or `-`.
   * @default - a name that Docker generates
   * @example "br-storage"
   */
  bridgeName?: pulumi.Input<string>;

  /**
   * MTU of the bridge, in bytes.
   * @default 1500
   * @example 9000
   */
  mtu?: pulumi.Input<number>;
}

/**
 * A bridge on each host, under one name in the Swarm. Containers of one host reach each other and the outside, but not
 * containers of other hosts. Ports are published as on an overlay network. Containers find each other by task name and
 * hostname, not by service name.
 *
 * A store on it has one host. For more hosts use an `OverlayNetwork`, `MacvlanNetwork` or `IpvlanNetwork`.
 *
 * @example
 * const network = new BridgeNetwork("storage", { swarm });
 * const store = new MinioService("store", { swarm, network }); // a Swarm of one host
 */
export class BridgeNetwork extends NodeNetwork {
  /** Name of the bridge interface, if it was given. */
  readonly bridgeName?: pulumi.Input<string>;

  constructor(name: string, args: BridgeNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("BridgeNetwork", name, args);
    const { swarm, hosts = Object.keys(swarm.hosts), subnet, gateway, bridgeName, mtu = 1500, ...others } = args;
    super(
      name,
      {
        ...others,
        ...{ kind: "BridgeNetwork", args, driver: "bridge", swarm, subnet, gateway },
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
