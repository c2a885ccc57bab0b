import { isIP } from "node:net";
import { isVersionIn } from "../../../engine/version.ts";
import type { SwarmRequirement } from "../../../core/requirement.ts";
import { downgradeToWarningIf, type PreflightIssue } from "./issue.ts";
import { dataAddress, hostKeys, isNode, type ClusterSnapshot } from "../snapshot.ts";

/** Whether this engine version sends the traffic of overlay networks over IPv4 only (moby#46790). */
export function sendsVxlanOverIpv4Only(version: string): boolean {
  return isVersionIn(version, "<25.0.0");
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
        `is IPv6, and that of host ${ipv4[0]} (${ipv4[1]}) is IPv4: networks between them carry no traffic: give all hosts ` +
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
