import type * as pulumi from "@pulumi/pulumi";

/** Docker's network drivers. */
export type NetworkDriver = "overlay" | "bridge" | "macvlan" | "ipvlan" | "host";

/** A network for the members of a store. All networks of this package implement it. */
export interface DataNetwork {
  /** The network's id in the Swarm. */
  readonly networkId: pulumi.Output<string>;
  /**
   * The network driver.
   * @default "overlay"
   */
  readonly driver?: NetworkDriver;
  /**
   * Keys of the hosts that are on it.
   * @default - all hosts of the Swarm
   */
  readonly hosts?: readonly string[];
  /**
   * The address of the containers on each host with a single-address range, by host key. Clients on the same network
   * reach a service there.
   * @default - no address is known in advance
   */
  readonly addresses?: pulumi.Output<Record<string, string>>;
  /**
   * Name of the bridge interface on each host. Driver `bridge` only.
   * @default - `br-` and the first twelve characters of the network's id, as Docker names it
   */
  readonly bridgeName?: pulumi.Input<string>;
}

/** The capabilities of a network driver. */
export interface DriverCapabilities {
  /** Whether containers of different hosts reach each other. */
  spansHosts: boolean;
  /** Whether containers find each other by name. */
  resolvesNames: boolean;
  /** Whether ports can be published on the hosts. If not, clients use the containers' own addresses. */
  publishesPorts: boolean;
}

/**
 * Verified on engines, except names and ports of ipvlan, which are assumed to work as with macvlan. See
 * docs/networks.md.
 */
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

/** Returns the bridge interface of a bridge network; undefined for other drivers. */
export function bridgeOf(network: DataNetwork): pulumi.Input<string> | undefined {
  if (driverOf(network) !== "bridge") return undefined;
  return network.bridgeName ?? network.networkId.apply((id) => `br-${id.slice(0, 12)}`);
}

/** Whether a network exists outside Docker, and hosts attach to it by an interface. */
export function isL2Attached(network: Pick<DataNetwork, "driver">): boolean {
  return ["macvlan", "ipvlan"].includes(driverOf(network));
}
