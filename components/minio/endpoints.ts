import * as pulumi from "@pulumi/pulumi";
import type { Endpoint } from "../hosts/endpoint-urls.ts";
import { type DataNetwork, driverOf, isL2Attached } from "../networks/node-network/data-network.ts";
import type { StorePlan } from "./plan.ts";
import { API_PORT, CONSOLE_PORT, memberName } from "./layout/topology.ts";

/** Where clients reach a store's members; no ports where they do not. */
export interface StoreEndpoints {
  members: readonly Endpoint[];
  port?: number;
  consolePort?: number;
}

/** At their hosts' addresses, or at the members' own on a network that is there outside of Docker. */
export function storeEndpoints(network: DataNetwork, { hosts, published }: StorePlan): StoreEndpoints {
  if (!isL2Attached(network)) return { members: hosts, ...published };
  const addresses = pulumi.output(network.addresses ?? {});
  const members = hosts.map(({ key }) => ({ key, endpointAddress: addresses.apply((all) => all[key]) }));
  return { members, port: API_PORT, consolePort: CONSOLE_PORT };
}

/** The members' own addresses on their network, as far as they are known beforehand. */
export function memberAddresses(network: DataNetwork): pulumi.Output<string[]> | undefined {
  return network.addresses?.apply((all) => Object.values(all));
}

/** The URL of a store for containers of its network. On a bridge they know the member alone, and not the store. */
export function internalUrl(network: DataNetwork, { scheme, serviceName, hosts }: StorePlan): string {
  const [first] = hosts;
  const name = driverOf(network) === "bridge" && first ? memberName(serviceName, first.hostname) : serviceName;
  return `${scheme}://${name}:${API_PORT}`;
}
