import { isIP } from "node:net";
import { isSameAddress } from "../../../core/ip-address.ts";
import { isVersionIn } from "../../../engine/version.ts";
import type { SwarmRequirement } from "../../../core/requirement.ts";
import { downgradeToWarningIf, type PreflightIssue } from "./issue.ts";
import { dataAddress, hostKeys, isNode, type ClusterSnapshot } from "../snapshot.ts";

/** Whether this engine version sends the traffic of overlay networks over IPv4 only (moby#46790). */
export function sendsVxlanOverIpv4Only(version: string): boolean {
  return isVersionIn(version, "<25.0.0");
}

/** Rejects data path addresses that are not one of the machine's own. */
export function checkDataPathAddresses({ subject }: SwarmRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  return Object.entries(snapshot.dataPathAddresses ?? {}).flatMap(([key, address]) => {
    const own = snapshot.machines[key]?.addresses;
    if (!own || own.some((each) => isSameAddress(each.address, address))) return [];
    const choice = own.filter(({ device }) => !/^(lo$|docker|br-|veth)/.test(device));
    const list = choice.map((each) => `${each.address} (${each.device})`).join(", ");
    const argument = `hosts.${key}.dataPathAddress`;
    const problem = `is not an address of this machine: give one of ${list}`;
    return downgradeToWarningIf(isNode(snapshot, key), {
      ...{ subject, check: "addresses", hosts: [key], argument, value: address, problem },
    });
  });
}

/** Checks that overlay networks work between the hosts' addresses: VXLAN has one address family, IPv6 since Docker 25. */
export function checkAddressFamily({ subject }: SwarmRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const { hosts, dataPathAddresses = {} } = snapshot;
  const known = hostKeys(snapshot)
    .map((key) => [key, dataAddress(snapshot, key) ?? ""] as const)
    .filter(([, address]) => isIP(address) !== 0);
  if (known.length < 2) return [];
  const ipv6 = known.filter(([, address]) => isIP(address) === 6);
  const [ipv4] = known.filter(([, address]) => isIP(address) === 4);
  const issue = (key: string, check: "addresses" | "engine", problem: string) =>
    downgradeToWarningIf(isNode(snapshot, key), {
      ...{ subject, check, hosts: [key], problem },
      argument: `hosts.${key}.${key in dataPathAddresses ? "dataPathAddress" : "privateAddress"}`,
      value: dataAddress(snapshot, key),
    });
  if (ipv4 && ipv6.length > 0) {
    return ipv6.map(([key]) =>
      issue(
        key,
        "addresses",
        `is IPv6, and that of host ${ipv4[0]} (${ipv4[1]}) is IPv4: networks between them carry nothing: give all hosts ` +
          "addresses of one family",
      ),
    );
  }
  return ipv6.flatMap(([key]) => {
    const version = hosts[key]?.info.ServerVersion;
    if (version === undefined || !sendsVxlanOverIpv4Only(version)) return [];
    return issue(
      key,
      "engine",
      `is IPv6, over which Docker ${version} sends no packets of overlay networks: upgrade it to 25.0 or later, or give an ` +
        "IPv4 address",
    );
  });
}
