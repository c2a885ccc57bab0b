import type * as pulumi from "@pulumi/pulumi";

/** Docker's drivers of networks. */
export type NetworkDriver = "overlay" | "bridge" | "macvlan" | "ipvlan" | "host";

/** A network that a store's members talk over; every network of this package is one. */
export interface DataNetwork {
  /** The network's id in the Swarm. */
  readonly networkId: pulumi.Output<string>;
  /**
   * The driver that carries it.
   * @default "overlay"
   */
  readonly driver?: NetworkDriver;
  /**
   * Keys of the hosts that are on it.
   * @default - all hosts of the Swarm
   */
  readonly hosts?: readonly string[];
  /**
   * The address that a container has on it, by host key, where a host has just one to give. Clients on the same
   * network reach a service there.
   * @default - none is known beforehand
   */
  readonly addresses?: pulumi.Output<Record<string, string>>;
  /**
   * Name of its bridge device on each host, with the driver `bridge`.
   * @default - `br-` and the first twelve characters of the network's id, as Docker names it
   */
  readonly bridgeName?: pulumi.Input<string>;
}

/** What a driver can do for a service. */
export interface DriverCapabilities {
  /** Whether containers of different hosts reach each other. */
  spansHosts: boolean;
  /** Whether containers find each other by name. */
  resolvesNames: boolean;
  /** Whether ports are published on the hosts. What has none is reached at the containers' own addresses. */
  publishesPorts: boolean;
}

/** Seen on engines, but for ipvlan's names and ports, which go the way of macvlan's. See docs/networks.md. */
const CAPABILITIES: Record<NetworkDriver, DriverCapabilities> = {
  overlay: { spansHosts: true, resolvesNames: true, publishesPorts: true },
  bridge: { spansHosts: false, resolvesNames: true, publishesPorts: true },
  macvlan: { spansHosts: true, resolvesNames: true, publishesPorts: false },
  ipvlan: { spansHosts: true, resolvesNames: true, publishesPorts: false },
  host: { spansHosts: true, resolvesNames: false, publishesPorts: false },
};

export function driverOf({ driver = "overlay" }: Pick<DataNetwork, "driver">): NetworkDriver {
  return driver;
}

export function driverCapabilities(network: Pick<DataNetwork, "driver">): DriverCapabilities {
  return CAPABILITIES[driverOf(network)];
}

/** The device through which containers of a bridge network publish ports; undefined with another driver. */
export function bridgeOf(network: DataNetwork): pulumi.Input<string> | undefined {
  if (driverOf(network) !== "bridge") return undefined;
  return network.bridgeName ?? network.networkId.apply((id) => `br-${id.slice(0, 12)}`);
}

/** Whether a network is there outside of Docker, which hosts are plugged into by a device. */
export function isL2Attached(network: Pick<DataNetwork, "driver">): boolean {
  return ["macvlan", "ipvlan"].includes(driverOf(network));
}
