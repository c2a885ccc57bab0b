import * as pulumi from "@pulumi/pulumi";
import type { Endpoint } from "../../hosts/endpoint-urls.ts";
import { type DataNetwork, driverOf, isL2Attached } from "../../networks/node-network/data-network.ts";
import type { StorePlan } from "./plan.ts";
import { API_PORT, CONSOLE_PORT, memberName, memberUrl, toMemberHost } from "./topology.ts";

/** Addresses and ports at which clients reach a store's members; ports are absent if nothing is published. */
export interface StoreEndpoints {
  members: readonly Endpoint[];
  port?: number;
  consolePort?: number;
}

/** Returns the hosts' addresses; on a network with addresses that are reachable without Docker, the members' own. */
export function storeEndpoints(network: DataNetwork, { hosts, published }: StorePlan): StoreEndpoints {
  if (!isL2Attached(network)) return { members: hosts, ...published };
  const addresses = pulumi.output(network.addresses ?? {});
  const members = hosts.map(({ key }) => ({ key, endpointAddress: addresses.apply((all) => all[key]) }));
  return { members, port: API_PORT, consolePort: CONSOLE_PORT };
}

/** Returns the members' own addresses on their network, as far as the program assigns them. */
export function memberAddresses(network: DataNetwork): pulumi.Output<string[]> | undefined {
  return network.addresses?.apply((all) => Object.values(all));
}

/** Returns the URL of a store within its network. A bridge resolves only the member's name, not the store's. */
export function internalUrl(network: DataNetwork, { scheme, serviceName, hosts }: StorePlan): pulumi.Input<string> {
  const [first] = hosts;
  const name =
    driverOf(network) === "bridge" && first ? memberName(serviceName, toMemberHost(first).hostname) : serviceName;
  return memberUrl(scheme, name);
}
