import type { NetworkSettings } from "../requirement.ts";
import { MTU_OPTION, validateMtu, validateNetworkLabels, validateNetworkName } from "../network-rules.ts";
import type { ValidationIssue } from "../input-validation-error.ts";
import { type AddressPlan, validateAddressPlan, defaultGateway } from "./cidr.ts";

/** What a network is asked to be, defaults filled in. */
export interface NetworkSpec extends AddressPlan {
  encrypted: boolean;
  attachable: boolean;
  internal: boolean;
  mtu: number;
  labels: Record<string, string>;
}

export const ENCRYPTED_OPTION = "encrypted";
export const DEFAULT_MTU = 1500;
/** Docker's own: the ids by which hosts tell the network's packets from another's. */
export const VXLAN_OPTION = "com.docker.network.driver.overlay.vxlanid_list";

/** What is wrong with the arguments, as far as they are known. */
export function validateOverlayNetwork(name: string, spec: Partial<NetworkSpec>): ValidationIssue[] {
  return [
    ...validateNetworkName(name),
    ...validateAddressPlan(spec),
    ...validateMtu(spec.mtu),
    ...validateNetworkLabels(spec.labels),
  ];
}

/** What is wrong with a network that is to be taken on: what is only known later cannot be compared before the run. */
export function validateAdoption(deferred: readonly string[]): ValidationIssue[] {
  const problem =
    "is not known before the run, and with adopt is only compared with what is there: give a plain value, or leave it out";
  return deferred.map((argument) => ({ argument, value: "(an Output)", problem }));
}

/**
 * The overlay driver's options, as the Engine keeps them. The MTU is always among them: a network with no option at
 * all would be one whose options are not compared.
 */
export function driverOptions({ encrypted, mtu }: Pick<NetworkSpec, "encrypted" | "mtu">): Record<string, string> {
  return { ...(encrypted && { [ENCRYPTED_OPTION]: "" }), [MTU_OPTION]: String(mtu) };
}

/** The addresses to ask the Engine for; none when the Swarm is to choose. */
export function toIpamConfigs({ subnet, gateway, ipRange }: AddressPlan): AddressPlan[] {
  if (!subnet) return [];
  return [{ subnet, gateway: gateway || defaultGateway(subnet), ...(ipRange && { ipRange }) }];
}

/** How the network is to be, for comparison with the one that is there: of `spec` what is known by now. */
export function networkSettings(spec: Partial<NetworkSpec>): NetworkSettings {
  const { encrypted, attachable, internal, mtu, labels, subnet } = spec;
  const shape = { encrypted, attachable, internal, mtu, labels };
  if (!subnet) return shape;
  const gateway = spec.gateway === "" ? defaultGateway(subnet) : spec.gateway;
  return { ...shape, subnet, gateway, ipRange: spec.ipRange };
}
