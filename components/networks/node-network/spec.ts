import { type NetworkAddresses, defaultGateway, onlyFreeAddress } from "../../../core/networks/cidr.ts";
import type { PerHostNetworkConfig, NetworkSettings, NetworkConfigOnHost } from "../../../core/requirement.ts";
import { PARENT_OPTION } from "../../../core/networks/driver-options.ts";

/** Docker's drivers that take their settings from a config-only network on each host. */
export type NodeDriver = "bridge" | "macvlan" | "ipvlan";

/** Settings that differ between hosts. */
export interface HostAttachment {
  /** The interface that connects to the network. Undefined if the driver uses none. */
  parent?: string;
  /** Range from which containers get addresses. Undefined for all of the subnet. */
  ipRange?: string;
}

/** Settings of a network with config-only networks. Undefined addresses are not set. */
export interface NodeNetworkSpec extends Pick<NetworkAddresses, "subnet" | "gateway"> {
  attachable: boolean;
  labels: Record<string, string>;
  /** Driver options that are the same on every host, under Docker's names. */
  options: Record<string, string>;
  /** By host key. */
  hosts: Record<string, HostAttachment>;
}

/** The part of the settings that is known before the program runs. */
export type KnownSpec = Partial<NodeNetworkSpec> & {
  hosts: Record<string, HostAttachment>;
  /** Names of the arguments that are given but not known: `subnet`, `hosts.a.ipRange`. @default - none */
  deferred?: readonly string[];
};

/** Returns the name of the config-only networks of a network. */
export function configName(networkName: string): string {
  return `${networkName}-config`;
}

/**
 * Returns the addresses with an explicit gateway, because a gateway chosen by Docker would later look like a change.
 */
function withGateway({ subnet, gateway }: NetworkAddresses): NetworkAddresses {
  return subnet === undefined ? {} : { subnet, gateway: gateway ?? defaultGateway(subnet) };
}

/** Returns the settings of the config-only network on a host. */
export function hostConfig(
  spec: Omit<NodeNetworkSpec, "attachable" | "hosts">,
  { parent, ipRange }: HostAttachment,
): NetworkConfigOnHost {
  const options = { ...spec.options, ...(parent !== undefined && { [PARENT_OPTION]: parent }) };
  return { ...withGateway(spec), ipRange, options, labels: spec.labels };
}

/** Returns the known settings of the network as a whole. */
export function nodeNetworkSettings({ attachable, labels, deferred = [], ...addresses }: KnownSpec): NetworkSettings {
  const { subnet, gateway } = deferred.includes("gateway") ? addresses : withGateway(addresses);
  return { attachable, labels, subnet, gateway };
}

/** Returns the settings of each host's config-only network; empty ones for hosts with settings that are not known. */
export function perHostConfig(driver: NodeDriver, networkName: string, known: KnownSpec): PerHostNetworkConfig {
  const { options, labels, hosts, deferred = [] } = known;
  const configs = Object.entries(hosts).map(([host, attachment]): [string, NetworkConfigOnHost] => {
    const needed = ["subnet", "gateway", "options", "labels", `hosts.${host}.parent`, `hosts.${host}.ipRange`];
    if (!options || !labels || needed.some((argument) => deferred.includes(argument))) return [host, {}];
    return [host, hostConfig({ ...known, options, labels }, attachment)];
  });
  return { driver, configName: configName(networkName), hosts: Object.fromEntries(configs) };
}

/** Returns the address of the containers on each host that has exactly one to assign, by host key. */
export function fixedAddresses(spec: NodeNetworkSpec): Record<string, string> {
  const { subnet, gateway } = withGateway(spec);
  const entries = Object.entries(spec.hosts).flatMap(([host, { ipRange }]) => {
    if (ipRange === undefined || subnet === undefined || gateway === undefined) return [];
    const address = onlyFreeAddress(ipRange, subnet, gateway);
    return address === undefined ? [] : [[host, address] as const];
  });
  return Object.fromEntries(entries);
}
