import type { Host } from "../../hosts/host.ts";
import {
  type DataNetwork,
  driverOf,
  isL2Attached,
  driverCapabilities,
} from "../../networks/node-network/data-network.ts";
import { knownValue } from "../../shared/inputs.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioServiceArgs } from "../args.ts";
import { declaredOrDefaultPools } from "./pools.ts";
import { API_PORT, CONSOLE_PORT } from "../layout/topology.ts";

type Networks = Pick<MinioServiceArgs, "network" | "networks">;
type Published = Pick<MinioServiceArgs, "expose" | "port" | "consolePort" | "allowFrom">;
type NetworkArgs = Networks & Published & Pick<MinioServiceArgs, "pools">;

const MULTI_HOST_NETWORKS = "an OverlayNetwork, a MacvlanNetwork, an IpvlanNetwork or the HostNetwork";

/** What is wrong with the networks of a store on these hosts. */
export function validateStoreNetworks(args: NetworkArgs, hosts: Readonly<Record<string, Host>>): ValidationIssue[] {
  const { network, networks = [] } = args;
  const pools = Object.entries(declaredOrDefaultPools(args, hosts));
  const members = pools.flatMap(([, pool]) => pool.hosts);
  return [
    ...validateSpansHosts(network, members),
    ...pools.flatMap(([pool, { hosts: keys }]) => validateHostsOnNetwork(network, `pools.${pool}.hosts`, keys)),
    ...networks.flatMap((one, at) => validateAdditionalNetwork(one, `networks[${at}]`, members)),
    ...(driverOf(network) === "host" ? validateHostNetwork(args, members.length) : []),
    ...(isL2Attached(network) ? validateNothingPublished(args) : []),
  ];
}

/** Whether the store's ports are for others than its networks' own containers, when nothing is said of it. */
export function exposesByDefault(network: Pick<DataNetwork, "driver">): boolean {
  return !isL2Attached(network);
}

function validateSpansHosts(network: DataNetwork, members: readonly string[]): ValidationIssue[] {
  if (driverCapabilities(network).spansHosts || members.length < 2) return [];
  const problem = `ends at its host, and the store is one cluster of ${members.length} hosts: give ${MULTI_HOST_NETWORKS}`;
  return [{ argument: "network", value: driverOf(network), problem }];
}

function validateHostsOnNetwork(
  { hosts }: DataNetwork,
  argument: string,
  members: readonly string[],
): ValidationIssue[] {
  const problem = `is not on the store's network, which has ${hosts?.join(", ")}: name it among the network's hosts`;
  return members.filter((key) => hosts && !hosts.includes(key)).map((value) => ({ argument, value, problem }));
}

function validateAdditionalNetwork(
  network: DataNetwork,
  argument: string,
  members: readonly string[],
): ValidationIssue[] {
  const driver = driverOf(network);
  if (driver === "host") {
    const problem = "a task on its host's own network is on no other: give the HostNetwork as network, alone";
    return [{ argument, value: driver, problem }];
  }
  if (isL2Attached(network)) {
    const problem =
      "would take over what the members tell each other, and the published ports: give it as network, and the other " +
      "as one of networks";
    return [{ argument, value: driver, problem }];
  }
  return validateHostsOnNetwork(network, argument, members);
}

/** On their hosts' own network the members' ports are the hosts', and Docker has no say in who reaches them. */
function validateHostNetwork(
  { networks = [], expose, port, consolePort, allowFrom }: NetworkArgs,
  members: number,
): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const issue = (argument: string, value: unknown, problem: string) => issues.push({ argument, value, problem });
  if (networks.length > 0) {
    issue("networks", networks.length, "a task on its host's own network is on no other: leave them out");
  }
  if (expose === false) issue("expose", expose, "on their hosts' own network the ports are open: leave it out");
  const fixed = "on their hosts' own network MinIO always has";
  if ((port ?? API_PORT) !== API_PORT) issue("port", port, `${fixed} ${API_PORT}: leave it out`);
  if ((consolePort ?? CONSOLE_PORT) !== CONSOLE_PORT) {
    issue("consolePort", consolePort, `${fixed} ${CONSOLE_PORT}: leave it out`);
  }
  if (allowFrom !== undefined && members > 1) {
    const problem = `would keep the ${members} members from each other, which meet at these ports on their hosts' network`;
    issue("allowFrom", knownValue(allowFrom), `${problem}: leave it out, and set a firewall of your own`);
  }
  return issues;
}

function validateNothingPublished({ network, expose, port, consolePort, allowFrom }: NetworkArgs): ValidationIssue[] {
  const problem =
    `has no meaning on a network of ${driverOf(network)}, which publishes nothing on hosts: leave it out, and reach the ` +
    "members at their own addresses, or through an S3Gateway on a further overlay network";
  const given = { expose: expose || undefined, port, consolePort, allowFrom: knownValue(allowFrom) };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([argument, value]) => ({ argument, value, problem }));
}
