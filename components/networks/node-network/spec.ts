import { type AddressPlan, defaultGateway, onlyFreeAddress } from "../../../core/networks/cidr.ts";
import type { PerHostNetworkConfig, NetworkSettings, NetworkConfigOnHost } from "../../../core/requirement.ts";
import { PARENT_OPTION } from "../../../core/networks/driver-options.ts";

/** Docker's drivers with a part of the network on each host. */
export type NodeDriver = "bridge" | "macvlan" | "ipvlan";

/** What of a network is a single host's. */
export interface HostAttachment {
  /** The device that leads into the network; empty: there is none. */
  parent: string;
  /** Empty: all of the subnet. */
  ipRange: string;
}

/** What a network is asked to be, defaults filled in. */
export interface NodeNetworkSpec {
  attachable: boolean;
  labels: Record<string, string>;
  /** Empty: each host's engine chooses. */
  subnet: string;
  /** Empty: the subnet's first address. */
  gateway: string;
  /** Options of the driver that are the same on every host, in the Engine's words. */
  options: Record<string, string>;
  /** By host key. */
  hosts: Record<string, HostAttachment>;
}

/** As much of it as is known. */
export type KnownSpec = Partial<Omit<NodeNetworkSpec, "hosts">> & { hosts: Record<string, Partial<HostAttachment>> };

/** Name of the networks that hold what each host's part is made of. */
export function configName(networkName: string): string {
  return `${networkName}-config`;
}

/** The addresses as they are always asked for: what Docker fills in by itself would look like a change later on. */
function addressesOf({ subnet, gateway }: Pick<NodeNetworkSpec, "subnet" | "gateway">): AddressPlan {
  return subnet === "" ? { subnet, gateway } : { subnet, gateway: gateway || defaultGateway(subnet) };
}

/** What a host's part is made of. */
export function hostConfig(
  spec: Omit<NodeNetworkSpec, "attachable" | "hosts">,
  { parent, ipRange }: HostAttachment,
): NetworkConfigOnHost {
  const options = { ...spec.options, ...(parent && { [PARENT_OPTION]: parent }) };
  return { ...addressesOf(spec), ipRange, options, labels: spec.labels };
}

/** How the network is to be as a whole: of `spec` what is known by now. */
export function nodeNetworkSettings({ attachable, labels, subnet, gateway }: KnownSpec): NetworkSettings {
  const shape = { attachable, labels };
  if (!subnet) return shape;
  return { ...shape, subnet, gateway: gateway === "" ? defaultGateway(subnet) : gateway };
}

/** How each host's part is to be, of the hosts of which all is known. */
export function perHostConfig(driver: NodeDriver, networkName: string, known: KnownSpec): PerHostNetworkConfig {
  const { subnet, gateway, options, labels, hosts } = known;
  const isKnown = subnet !== undefined && gateway !== undefined && options !== undefined && labels !== undefined;
  const parts = Object.entries(hosts).map(([host, { parent, ipRange }]): [string, NetworkConfigOnHost] => {
    if (!isKnown || parent === undefined || ipRange === undefined) return [host, {}];
    return [host, hostConfig({ subnet, gateway, options, labels }, { parent, ipRange })];
  });
  return { driver, configName: configName(networkName), hosts: Object.fromEntries(parts) };
}

/** The address that a container of a host has, by host key, where the host has just one to give. */
export function fixedAddresses(spec: NodeNetworkSpec): Record<string, string> {
  const { subnet = "", gateway = "" } = addressesOf(spec);
  const entries = Object.entries(spec.hosts).flatMap(([host, { ipRange }]) => {
    const address = ipRange ? onlyFreeAddress(ipRange, subnet, gateway) : undefined;
    return address === undefined ? [] : [[host, address] as const];
  });
  return Object.fromEntries(entries);
}
