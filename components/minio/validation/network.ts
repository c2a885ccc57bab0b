import type { Host } from "../../hosts/host.ts";
import { type DataNetwork, driverOf, isLinked, traitsOf } from "../../networks/node-network/data-network.ts";
import { knownValue } from "../../shared/inputs.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioServiceArgs } from "../args.ts";
import { poolsOf } from "./pools.ts";
import { API_PORT, CONSOLE_PORT } from "../layout/topology.ts";

type Networks = Pick<MinioServiceArgs, "network" | "networks">;
type Published = Pick<MinioServiceArgs, "expose" | "port" | "consolePort" | "allowFrom">;
type NetworkArgs = Networks & Published & Pick<MinioServiceArgs, "pools">;

const SPANNING = "an OverlayNetwork, a MacvlanNetwork, an IpvlanNetwork or the HostNetwork";

/** What is wrong with the networks of a store on these hosts. */
export function storeNetworkFindings(args: NetworkArgs, hosts: Readonly<Record<string, Host>>): ValidationIssue[] {
  const { network, networks = [] } = args;
  const pools = Object.entries(poolsOf(args, hosts));
  const members = pools.flatMap(([, pool]) => pool.hosts);
  return [
    ...reachFindings(network, members),
    ...pools.flatMap(([pool, { hosts: keys }]) => placeFindings(network, `pools.${pool}.hosts`, keys)),
    ...networks.flatMap((one, at) => furtherFindings(one, `networks[${at}]`, members)),
    ...(driverOf(network) === "host" ? hostNetworkFindings(args, members.length) : []),
    ...(isLinked(network) ? unpublishedFindings(args) : []),
  ];
}

/** Whether the store's ports are for others than its networks' own containers, when nothing is said of it. */
export function exposesByDefault(network: Pick<DataNetwork, "driver">): boolean {
  return !isLinked(network);
}

function reachFindings(network: DataNetwork, members: readonly string[]): ValidationIssue[] {
  if (traitsOf(network).spansHosts || members.length < 2) return [];
  const problem = `ends at its host, and the store is one cluster of ${members.length} hosts: give ${SPANNING}`;
  return [{ argument: "network", value: driverOf(network), problem }];
}

function placeFindings({ hosts }: DataNetwork, argument: string, members: readonly string[]): ValidationIssue[] {
  const problem = `is not on the store's network, which has ${hosts?.join(", ")}: name it among the network's hosts`;
  return members.filter((key) => hosts && !hosts.includes(key)).map((value) => ({ argument, value, problem }));
}

function furtherFindings(network: DataNetwork, argument: string, members: readonly string[]): ValidationIssue[] {
  const driver = driverOf(network);
  if (driver === "host") {
    const problem = "a task on its host's own network is on no other: give the HostNetwork as network, alone";
    return [{ argument, value: driver, problem }];
  }
  if (isLinked(network)) {
    const problem =
      "would take over what the members tell each other, and the published ports: give it as network, and the other " +
      "as one of networks";
    return [{ argument, value: driver, problem }];
  }
  return placeFindings(network, argument, members);
}

/** On their hosts' own network the members' ports are the hosts', and Docker has no say in who reaches them. */
function hostNetworkFindings(
  { networks = [], expose, port, consolePort, allowFrom }: NetworkArgs,
  members: number,
): ValidationIssue[] {
  const findings: ValidationIssue[] = [];
  const refused = (argument: string, value: unknown, problem: string) => findings.push({ argument, value, problem });
  if (networks.length > 0) {
    refused("networks", networks.length, "a task on its host's own network is on no other: leave them out");
  }
  if (expose === false) refused("expose", expose, "on their hosts' own network the ports are open: leave it out");
  const fixed = "on their hosts' own network MinIO always has";
  if ((port ?? API_PORT) !== API_PORT) refused("port", port, `${fixed} ${API_PORT}: leave it out`);
  if ((consolePort ?? CONSOLE_PORT) !== CONSOLE_PORT) {
    refused("consolePort", consolePort, `${fixed} ${CONSOLE_PORT}: leave it out`);
  }
  if (allowFrom !== undefined && members > 1) {
    const problem = `would keep the ${members} members from each other, which meet at these ports on their hosts' network`;
    refused("allowFrom", knownValue(allowFrom), `${problem}: leave it out, and set a firewall of your own`);
  }
  return findings;
}

function unpublishedFindings({ network, expose, port, consolePort, allowFrom }: NetworkArgs): ValidationIssue[] {
  const problem =
    `has no meaning on a network of ${driverOf(network)}, which publishes nothing on hosts: leave it out, and reach the ` +
    "members at their own addresses, or through an S3Gateway on a further overlay network";
  const given = { expose: expose || undefined, port, consolePort, allowFrom: knownValue(allowFrom) };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([argument, value]) => ({ argument, value, problem }));
}
