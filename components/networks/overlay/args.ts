import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../../shared/transform.ts";
import type { Swarm } from "../../swarm/swarm.ts";

/**
 * Arguments of an OverlayNetwork. They include no reserved addresses, because Docker silently ignores `auxAddresses` of
 * Swarm networks.
 */
export interface OverlayNetworkArgs {
  /** The Swarm of the network. */
  swarm: Swarm;

  /**
   * The network's name in the Swarm.
   * Plain: the preview checks it.
   * @default - the component's name
   * @example "storage"
   */
  networkName?: string;

  /**
   * Whether to adopt an existing network of this name. This program never changes, replaces or removes it. All other
   * arguments are only compared with it; differences and a missing network are rejected. A network that is not encrypted
   * causes a warning, unless `encrypted` is `false`.
   * Plain: it decides which resources exist.
   * @default false: an existing network of this name is rejected
   * @example true
   */
  adopt?: boolean;

  /**
   * Whether standalone containers can attach: `docker run --network storage …`.
   * @default true
   */
  attachable?: pulumi.Input<boolean>;

  /**
   * Whether traffic between hosts is encrypted (IPsec, AES-GCM). This needs UDP 4789 and IP protocol 50 (ESP) open
   * between the hosts.
   * @default true
   */
  encrypted?: pulumi.Input<boolean>;

  /**
   * The network's subnet, IPv4 in CIDR form.
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
   * The part of `subnet` that containers get addresses from, in CIDR form.
   * @default - all of `subnet`
   * @example "10.20.0.128/25"
   */
  ipRange?: pulumi.Input<string>;

  /**
   * MTU of the links between the hosts, in bytes. Docker subtracts the overhead of VXLAN and encryption. Set it if the
   * links have less than 1500, as in some clouds and VPNs.
   * @default 1500
   * @example 1420
   */
  mtu?: pulumi.Input<number>;

  /**
   * Whether the network is isolated: its containers only reach each other.
   * @default false
   */
  internal?: pulumi.Input<boolean>;

  /**
   * Labels of the network, in addition to the owner labels.
   * @default - none
   * @example { team: "storage" }
   */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;

  /**
   * Changes the Docker network before it is created, except its name and addresses. The preview then does not check whether
   * another setting replaces a network in use. TypeScript only. Not with `adopt`.
   * Plain: a function.
   * @default - none
   * @example { network: (args, opts) => ({ ...args, ipv6: true }) }
   */
  transform?: OverlayNetworkTransform;
}

/** Changes of an OverlayNetwork's children. */
export interface OverlayNetworkTransform {
  /** The Docker network. */
  network?: Transform<docker.NetworkArgs>;
}
