import type { NetworkDetails, NetworkRequest } from "../../engine/types.ts";
import { VXLAN_OPTION } from "../../core/networks/overlay-spec.ts";

/** A network of the Swarm in the format of the Engine API, without empty fields and without what Docker adds. */
export type NetworkSpec = Omit<NetworkRequest, "CheckDuplicate" | "Scope" | "ConfigOnly" | "ConfigFrom">;

/** Returns a network's description. */
export function networkSpecFrom(network: NetworkDetails): NetworkSpec {
  const { Name, Driver, Attachable, Internal, EnableIPv6, IPAM, Labels } = network;
  const { [VXLAN_OPTION]: _vxlan, ...Options } = network.Options ?? {};
  const addresses = { ...IPAM, Config: (IPAM.Config ?? []).map(withoutEmptyFields) };
  const settings = { Driver, Attachable, Internal, EnableIPv6, IPAM: withoutEmptyFields(addresses), Options, Labels };
  return { Name, ...withoutEmptyFields(settings) };
}

/** Returns the fields that Docker does not default to: neither false, empty nor null. */
export function withoutEmptyFields<T extends object>(fields: T): T {
  const isEmpty = (value: unknown) => !value || (typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value))) as T;
}
