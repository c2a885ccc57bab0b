import type { NetworkDetails } from "../../engine/types.ts";
import { isOwned, userLabels } from "../../core/labels.ts";
import { MTU_OPTION } from "../../core/network-rules.ts";
import { stableJson, type FieldDiff } from "./field-diff.ts";
import type { NetworkRequirement, PerHostNetworkConfig, NetworkConfigOnHost } from "../../core/requirement.ts";
import type { ClusterSnapshot } from "./snapshot.ts";
import {
  BRIDGE_NAME_OPTION,
  IPVLAN_MODE_OPTION,
  MACVLAN_MODE_OPTION,
  PARENT_OPTION,
} from "../../core/networks/driver-options.ts";

/** What the user calls an option of the driver. */
const ARGUMENTS: Record<string, (host: string) => string> = {
  [PARENT_OPTION]: (host) => `hosts.${host}.parent`,
  [MACVLAN_MODE_OPTION]: () => "mode",
  [IPVLAN_MODE_OPTION]: () => "mode",
  [BRIDGE_NAME_OPTION]: () => "bridgeName",
  [MTU_OPTION]: () => "mtu",
};

/** What a host's part is made of, as its engine tells it. */
export function toHostConfig({ IPAM, Labels, Options }: NetworkDetails): Required<NetworkConfigOnHost> {
  const [addresses] = IPAM.Config ?? [];
  return {
    subnet: addresses?.Subnet ?? "",
    gateway: addresses?.Gateway ?? "",
    ipRange: addresses?.IPRange ?? "",
    options: Options ?? {},
    labels: userLabels(Labels ?? {}),
  };
}

/** Where hosts have other parts of a network than they are to have, by argument. A host that has none yet is none. */
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
  // What all hosts have in common is one argument, and one line.
  return found.filter(({ argument }, at) => found.findIndex((other) => other.argument === argument) === at);
}

function hostConfigDifferences(
  host: string,
  wanted: NetworkConfigOnHost,
  live: Required<NetworkConfigOnHost>,
): FieldDiff[] {
  const options = Object.keys({ ...wanted.options, ...live.options }).map((option) => ({
    argument: ARGUMENTS[option]?.(host) ?? `options["${option}"]`,
    wanted: wanted.options && (wanted.options[option] ?? ""),
    found: live.options[option] ?? "",
  }));
  const addresses = (["subnet", "gateway", "ipRange", "labels"] as const).map((field) => ({
    argument: field === "ipRange" ? `hosts.${host}.ipRange` : field,
    wanted: wanted[field],
    found: live[field],
  }));
  const all = [...addresses, ...options].filter(
    (each) => each.wanted !== undefined && stableJson(each.wanted) !== stableJson(each.found),
  );
  // With another subnet the gateway is another as well.
  return all.filter(({ argument }) => argument !== "gateway" || !all.some((one) => one.argument === "subnet"));
}
