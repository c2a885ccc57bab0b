import type { NetworkDetails } from "../../engine/types.ts";
import { ADDRESSES_LABEL, isOwned, userLabels } from "../../core/labels.ts";
import { MTU_OPTION } from "../../core/network-rules.ts";
import { stableJson, type FieldDiff } from "./field-diff.ts";
import type { NetworkRequirement, PerHostNetworkConfig, NetworkConfigOnHost } from "../../core/requirement.ts";
import type { NetworkAddresses } from "../../core/networks/cidr.ts";
import type { ClusterSnapshot } from "./snapshot.ts";
import {
  BRIDGE_NAME_OPTION,
  IPVLAN_MODE_OPTION,
  MACVLAN_MODE_OPTION,
  PARENT_OPTION,
} from "../../core/networks/driver-options.ts";

/** The arguments that set the driver options. */
const ARGUMENTS: Record<string, (host: string) => string> = {
  [PARENT_OPTION]: (host) => `hosts.${host}.parent`,
  [MACVLAN_MODE_OPTION]: () => "mode",
  [IPVLAN_MODE_OPTION]: () => "mode",
  [BRIDGE_NAME_OPTION]: () => "bridgeName",
  [MTU_OPTION]: () => "mtu",
};

/** Returns the settings of a config-only network. */
export function toHostConfig({ IPAM, Labels, Options }: NetworkDetails): NetworkConfigOnHost {
  const recorded = Labels?.[ADDRESSES_LABEL];
  const isReported = (IPAM.Config ?? []).length > 0;
  const addresses =
    isReported || recorded === undefined ? toAddresses(IPAM) : (JSON.parse(recorded) as NetworkAddresses);
  return { ...addresses, options: Options ?? {}, labels: userLabels(Labels ?? {}) };
}

/** Returns the label from which `toHostConfig` reads the addresses. Empty for a network without addresses. */
export function addressesLabel({ subnet, gateway, ipRange }: NetworkAddresses): Record<string, string> {
  return subnet === undefined ? {} : { [ADDRESSES_LABEL]: JSON.stringify({ subnet, gateway, ipRange }) };
}

/** Returns the addresses of a network. */
export function toAddresses({ Config }: NetworkDetails["IPAM"]): NetworkAddresses {
  const [first] = Config ?? [];
  return {
    subnet: first?.Subnet || undefined,
    gateway: first?.Gateway || undefined,
    ipRange: first?.IPRange || undefined,
  };
}

/** Returns the differences between config-only networks and the settings, by argument. Skips hosts without one. */
export function configDifferences(
  { owner }: NetworkRequirement,
  { configName, hosts }: PerHostNetworkConfig,
  snapshot: ClusterSnapshot,
): FieldDiff[] {
  const found = Object.entries(hosts).flatMap(([host, wanted]) => {
    const networks = snapshot.hosts[host]?.networks ?? [];
    const config = networks.find(
      ({ Name, ConfigOnly, Labels }) => Name === configName && ConfigOnly && isOwned(Labels, owner),
    );
    return config ? hostConfigDifferences(host, wanted, toHostConfig(config)) : [];
  });
  // A setting that all hosts share is reported once.
  return found.filter(({ argument }, at) => found.findIndex((other) => other.argument === argument) === at);
}

function hostConfigDifferences(host: string, wanted: NetworkConfigOnHost, live: NetworkConfigOnHost): FieldDiff[] {
  // Without options not all of the host's settings are known.
  if (wanted.options === undefined) return [];
  const options = Object.keys({ ...wanted.options, ...live.options }).map((option) => ({
    argument: ARGUMENTS[option]?.(host) ?? `options["${option}"]`,
    wanted: wanted.options?.[option],
    found: live.options?.[option],
  }));
  const addresses = (["subnet", "gateway", "ipRange", "labels"] as const).map((field) => ({
    argument: field === "ipRange" ? `hosts.${host}.ipRange` : field,
    wanted: wanted[field],
    found: live[field],
  }));
  const all = [...addresses, ...options].filter((each) => stableJson(each.wanted) !== stableJson(each.found));
  // A new subnet implies a new gateway.
  return all.filter(({ argument }) => argument !== "gateway" || !all.some((one) => one.argument === "subnet"));
}
