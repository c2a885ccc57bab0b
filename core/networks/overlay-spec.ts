import type { NetworkSettings } from "../requirement.ts";
import { validateLabels } from "../label-rules.ts";
import { MTU_OPTION, validateMtu, validateNetworkName } from "../network-rules.ts";
import type { ValidationIssue } from "../input-validation-error.ts";
import { type NetworkAddresses, validateAddresses, defaultGateway } from "./cidr.ts";

/** Settings of an overlay network to create. Everything but the addresses has a default. */
export type OverlaySettings = NetworkSettings &
  Required<Pick<NetworkSettings, "encrypted" | "attachable" | "internal" | "mtu" | "labels">>;

/** The addresses as Docker takes them. */
export interface IpamConfig {
  subnet: string;
  gateway: string;
  ipRange?: string;
}

export const ENCRYPTED_OPTION = "encrypted";
export const DEFAULT_MTU = 1500;
/** UDP port of VXLAN traffic. */
export const DEFAULT_DATA_PATH_PORT = 4789;
/** Docker sets this option itself: the VXLAN ids of the network. */
export const VXLAN_OPTION = "com.docker.network.driver.overlay.vxlanid_list";

/**
 * Validates the settings of an overlay network.
 *
 * @param deferred names of the settings that are not known yet
 */
export function validateOverlayNetwork(
  name: string,
  settings: NetworkSettings,
  deferred: readonly string[] = [],
): ValidationIssue[] {
  return [
    ...validateNetworkName(name),
    ...(deferred.includes("subnet") ? [] : validateAddresses(settings)),
    ...validateMtu(settings.mtu),
    ...validateLabels("labels", settings.labels),
  ];
}

/** Rejects settings of an adopted network that are not known yet: they cannot be compared before the run. */
export function validateAdoption(deferred: readonly string[]): ValidationIssue[] {
  const problem =
    "is an Output, but with adopt it is compared with the existing network before the run: give a plain value, or leave it out";
  return deferred.map((argument) => ({ argument, value: "(an Output)", problem }));
}

/**
 * Returns the options of the overlay driver. The MTU is always set: the docker provider does not compare the options of
 * a network that has none.
 */
export function driverOptions({ encrypted, mtu }: Pick<OverlaySettings, "encrypted" | "mtu">): Record<string, string> {
  return { ...(encrypted && { [ENCRYPTED_OPTION]: "" }), [MTU_OPTION]: String(mtu) };
}

/** Returns the addresses to request from Docker; none if the Swarm chooses the subnet. */
export function toIpamConfigs({ subnet, gateway, ipRange }: NetworkAddresses): IpamConfig[] {
  if (subnet === undefined) return [];
  return [{ subnet, gateway: gateway ?? defaultGateway(subnet), ...(ipRange !== undefined && { ipRange }) }];
}
