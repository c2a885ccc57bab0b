import type * as pulumi from "@pulumi/pulumi";
import type { Swarm } from "../../swarm/swarm.ts";

/** Arguments that bridge, macvlan and ipvlan networks share. */
export interface NodeNetworkArgs {
  /** The Swarm of the services that use the network. */
  swarm: Swarm;

  /**
   * The network's name in the Swarm. Each host also gets a config-only network, `<networkName>-config`, which holds the
   * host's settings.
   * Plain: the preview checks it.
   * @default - the component's name
   * @example "storage"
   */
  networkName?: string;

  /**
   * Whether standalone containers can attach: `docker run --network storage …`.
   * @default true
   */
  attachable?: pulumi.Input<boolean>;

  /**
   * Labels of the config-only networks, in addition to the owner labels.
   * @default - none
   * @example { team: "storage" }
   */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** The interface of a host to a network outside Docker. */
export interface HostLink {
  /**
   * The host's interface: a network card, a bond, or a VLAN of one (`eth0.50`). Docker creates a missing VLAN interface
   * with the network, and removes it with the network.
   * @example "eth0.50"
   */
  parent: pulumi.Input<string>;

  /**
   * The part of the subnet that containers of this host get addresses from, in CIDR form, /32 for a single address.
   * Docker does not check whether an address is in use: ranges of hosts must not overlap, and nothing else in the network
   * may use their addresses.
   * @default - all of the subnet, if there is one host
   * @example "10.50.0.16/29"
   */
  ipRange?: pulumi.Input<string>;
}

/** Arguments that macvlan and ipvlan networks share. */
export interface L2NetworkArgs extends NodeNetworkArgs {
  /**
   * The subnet that the network has outside Docker, IPv4 in CIDR form.
   * @example "10.50.0.0/24"
   */
  subnet: pulumi.Input<string>;

  /**
   * The address of the network's router within `subnet`. Without a router, any unused address.
   * @default - the first address of `subnet`
   * @example "10.50.0.254"
   */
  gateway?: pulumi.Input<string>;

  /**
   * The hosts on the network, by host key, each with its interface and IP range. Hosts can be added and removed later.
   * Settings of a host cannot change while containers use them.
   * Plain: it decides which resources exist. The values of a host may be Outputs.
   * @example { a: { parent: "eth1", ipRange: "10.50.0.16/29" }, b: { parent: "eth1", ipRange: "10.50.0.24/29" } }
   */
  hosts: Record<string, HostLink>;
}
