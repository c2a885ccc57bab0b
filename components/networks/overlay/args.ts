import type * as pulumi from "@pulumi/pulumi";
import type { Swarm } from "../../swarm/swarm.ts";

/**
 * Docker has no reserved addresses for a Swarm's networks (it takes `auxAddresses` and drops them without a word), so
 * there is no argument for them.
 */
export interface OverlayNetworkArgs {
  /** The Swarm the network spans. */
  swarm: Swarm;

  /**
   * The network's name in the Swarm.
   * @default - the component's name
   * @example "storage"
   */
  networkName?: string;

  /**
   * Whether the network is there already, made by hand or by another stack, and is taken on as it is. It is found by
   * its name, and neither changed, made anew nor removed by this program. What else is given here is only compared
   * with it: a difference is refused, as is a name that is not there. One that is not encrypted is warned of, unless
   * `encrypted: false` says that this is meant.
   * @default false: a network of that name that is there already is refused
   * @example true
   */
  adopt?: boolean;

  /**
   * Whether containers that are no service's may join: `docker run --network storage …`.
   * @default true
   */
  attachable?: pulumi.Input<boolean>;

  /**
   * Whether what crosses between hosts is encrypted (IPsec, AES-GCM). It needs UDP 4789 and IP protocol 50 (ESP) open
   * between the hosts.
   * @default true
   */
  encrypted?: pulumi.Input<boolean>;

  /**
   * The network's addresses, IPv4 in CIDR form.
   * @default - the Swarm chooses a free subnet of its address pools
   * @example "10.20.0.0/24"
   */
  subnet?: pulumi.Input<string>;

  /**
   * The gateway's address within `subnet`.
   * @default - the first address of `subnet`
   * @example "10.20.0.1"
   */
  gateway?: pulumi.Input<string>;

  /**
   * The part of `subnet` that tasks get their addresses from, in CIDR form.
   * @default - all of `subnet`
   * @example "10.20.0.128/25"
   */
  ipRange?: pulumi.Input<string>;

  /**
   * The largest packet that the link between the hosts carries, in bytes; what VXLAN and encryption need of it Docker
   * takes off by itself. Give it where the link is narrower than 1500, as in some clouds and VPNs.
   * @default 1500
   * @example 1420
   */
  mtu?: pulumi.Input<number>;

  /**
   * Whether the network has no way out: its tasks reach each other alone.
   * @default false
   */
  internal?: pulumi.Input<boolean>;

  /**
   * Labels of the network, beside those that say who made it.
   * @default - none of your own
   * @example { team: "storage" }
   */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}
