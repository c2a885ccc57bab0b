import type * as pulumi from "@pulumi/pulumi";
import type { Swarm } from "../../swarm/swarm.ts";

/** What all networks take that each host has a part of its own of. */
export interface NodeNetworkArgs {
  /** The Swarm whose services use the network. */
  swarm: Swarm;

  /**
   * The network's name in the Swarm. On each host there is a second network beside it, `<networkName>-config`: Docker
   * keeps there what the host's part is made of.
   * @default - the component's name
   * @example "storage"
   */
  networkName?: string;

  /**
   * Whether containers that are no service's may join: `docker run --network storage …`.
   * @default true
   */
  attachable?: pulumi.Input<boolean>;

  /**
   * Labels of the network on its hosts, beside those that say who made it.
   * @default - none of your own
   * @example { team: "storage" }
   */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** How a host is plugged into a network that is there outside of Docker. */
export interface HostLink {
  /**
   * The device of the host that leads into the network: a card, a bond, or a VLAN of one (`eth0.50`). A VLAN device
   * that is not there Docker makes with the network, and takes away with it.
   * @example "eth0.50"
   */
  parent: pulumi.Input<string>;

  /**
   * The part of the subnet that containers of this host get their addresses from, in CIDR form, /32 for a single one.
   * Docker asks nobody whether an address is taken: no part may overlap with another host's, and nothing else in the
   * network may use addresses of it.
   * @default - all of the subnet, which one host alone may have
   * @example "10.50.0.16/29"
   */
  ipRange?: pulumi.Input<string>;
}

/** What the networks take that are there outside of Docker. */
export interface L2NetworkArgs extends NodeNetworkArgs {
  /**
   * The network's addresses, IPv4 in CIDR form: those that it has outside of Docker.
   * @example "10.50.0.0/24"
   */
  subnet: pulumi.Input<string>;

  /**
   * The address of the network's router within `subnet`. Where there is none, any address that nobody has.
   * @default - the first address of `subnet`
   * @example "10.50.0.254"
   */
  gateway?: pulumi.Input<string>;

  /**
   * The hosts that are on the network, by their keys in the Swarm, each with its own device and addresses. More hosts
   * may come and others go; what is in use of a host's part is refused to change.
   * @example { a: { parent: "eth1", ipRange: "10.50.0.16/29" }, b: { parent: "eth1", ipRange: "10.50.0.24/29" } }
   */
  hosts: Record<string, HostLink>;
}
