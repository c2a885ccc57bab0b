import { contains } from "../../../core/networks/cidr.ts";
import type { NetworkRequirement, PerHostNetworkConfig, NetworkConfigOnHost } from "../../../core/requirement.ts";
import type { PreflightIssue } from "./issue.ts";
import { PARENT_OPTION } from "../../../core/networks/driver-options.ts";
import type { ClusterSnapshot } from "../snapshot.ts";

/** A finding about one network, whose name goes without saying. */
type ConfigIssue = Omit<PreflightIssue, "subject">;

/** Whether a network is there outside of Docker, and hosts are only plugged into it. */
export function isL2Requirement({ perHostConfig }: NetworkRequirement): boolean {
  return perHostConfig !== undefined && perHostConfig.driver !== "bridge";
}

/** What speaks against the parts of a network on their hosts: what these have no kernel, device or address for. */
export function checkConfigOnlyNetworks(
  requirement: NetworkRequirement,
  parts: PerHostNetworkConfig,
  snapshot: ClusterSnapshot,
): ConfigIssue[] {
  if (!isL2Requirement(requirement)) return [];
  return Object.entries(parts.hosts).flatMap(([host, part]) => [
    ...checkKernel(host, parts, snapshot),
    ...checkParent(host, part, snapshot),
    ...checkAddresses(host, part, snapshot),
  ]);
}

function checkKernel(host: string, { driver }: PerHostNetworkConfig, { machines }: ClusterSnapshot): ConfigIssue[] {
  if (driver === "bridge" || machines[host]?.kernel?.[driver] !== "no") return [];
  const problem =
    `its kernel has no ${driver}: install the kernel's further modules (linux-modules-extra, kernel-modules-extra), ` +
    `or take ${driver === "ipvlan" ? "a MacvlanNetwork" : "an IpvlanNetwork"} or an OverlayNetwork`;
  return [{ check: "kernel", hosts: [host], argument: "hosts", value: host, problem }];
}

/** A VLAN device may be missing: Docker makes it of the one that carries it. */
function checkParent(host: string, { options }: NetworkConfigOnHost, { machines }: ClusterSnapshot): ConfigIssue[] {
  const parent = options?.[PARENT_OPTION];
  const devices = Object.keys(machines[host]?.mtus ?? {});
  if (parent === undefined || devices.length === 0) return [];
  const carrier = parent.replace(/\.\d+$/, "");
  if (devices.includes(parent) || devices.includes(carrier)) return [];
  const others = devices.filter((device) => !/^(lo$|docker|br-|veth)/.test(device)).toSorted();
  const problem = `host ${host} has no such device: it has ${others.join(", ") || "none that leads anywhere"}`;
  return [{ check: "addresses", hosts: [host], argument: `hosts.${host}.parent`, value: parent, problem }];
}

/** Docker would give a container the address that a host has itself. */
function checkAddresses(
  host: string,
  { subnet, ipRange }: NetworkConfigOnHost,
  snapshot: ClusterSnapshot,
): ConfigIssue[] {
  const range = ipRange || subnet;
  if (!range) return [];
  const taken = hostAddresses(snapshot).find(({ address }) => contains(range, `${address}/32`));
  if (!taken) return [];
  const problem = `holds ${taken.address}, an address of host ${taken.key} itself: give a part that is nobody else's`;
  const argument = `hosts.${host}.ipRange`;
  return [{ check: "addresses", hosts: [host], argument, value: ipRange || undefined, problem }];
}

function hostAddresses({ addresses, machines }: ClusterSnapshot): { key: string; address: string }[] {
  const known = Object.entries(addresses).map(([key, address]) => ({ key, address }));
  const own = Object.entries(machines).flatMap(([key, { addresses = [] }]) =>
    addresses.filter(({ device }) => !/^(lo$|docker|br-|veth)/.test(device)).map(({ address }) => ({ key, address })),
  );
  return [...known, ...own];
}
