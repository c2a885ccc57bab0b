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
import { declaredOrDefaultPools } from "../layout/defaults.ts";
import { API_PORT, CONSOLE_PORT } from "../layout/topology.ts";

type NetworkArgs = Pick<MinioServiceArgs, "pools" | "expose" | "port" | "console" | "consolePort" | "allowFrom"> & {
  network: DataNetwork;
  networks?: DataNetwork[];
};

const MULTI_HOST_NETWORKS = "an OverlayNetwork, a MacvlanNetwork, an IpvlanNetwork or the HostNetwork";

/** Validates the networks of a store on these hosts. */
export function validateStoreNetworks(args: NetworkArgs, hosts: Readonly<Record<string, Host>>): ValidationIssue[] {
  const { network, networks = [] } = args;
  const pools = Object.entries(declaredOrDefaultPools(args, hosts));
  const members = pools.flatMap(([, pool]) => pool.hosts);
  return [
    ...validateSpansHosts(network, members),
    ...pools.flatMap(([pool, { hosts: keys }]) => validateHostsOnNetwork(network, `pools.${pool}.hosts`, keys)),
    ...networks.flatMap((one, index) => validateAdditionalNetwork(one, `networks[${index}]`, members)),
    ...(driverOf(network) === "host" ? validateHostNetwork(args, members.length) : []),
    ...(isL2Attached(network) ? validateNothingPublished(args) : []),
  ];
}

function validateSpansHosts(network: DataNetwork, members: readonly string[]): ValidationIssue[] {
  if (driverCapabilities(network).spansHosts || members.length < 2) return [];
  const problem = `does not connect hosts, and this store has ${members.length}: give ${MULTI_HOST_NETWORKS}`;
  return [{ argument: "network", value: driverOf(network), problem }];
}

function validateHostsOnNetwork(
  { hosts }: DataNetwork,
  argument: string,
  members: readonly string[],
): ValidationIssue[] {
  const problem = `is not on the store's network, which has ${hosts?.join(", ")}: add it to the network's hosts`;
  return members.filter((key) => hosts && !hosts.includes(key)).map((value) => ({ argument, value, problem }));
}

function validateAdditionalNetwork(
  network: DataNetwork,
  argument: string,
  members: readonly string[],
): ValidationIssue[] {
  const driver = driverOf(network);
  if (driver === "host") {
    const problem = "a task on the host's network cannot join others: give the HostNetwork as network, alone";
    return [{ argument, value: driver, problem }];
  }
  if (isL2Attached(network)) {
    const problem =
      "would carry the traffic between members, and the published ports: give it as network, and the other one in " +
      "networks";
    return [{ argument, value: driver, problem }];
  }
  return validateHostsOnNetwork(network, argument, members);
}

/** On the host network, MinIO's ports are ports of the host, and Docker does not control who can reach them. */
function validateHostNetwork(
  { networks = [], expose, port, console, consolePort, allowFrom }: NetworkArgs,
  members: number,
): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const issue = (argument: string, value: unknown, problem: string) => issues.push({ argument, value, problem });
  if (networks.length > 0) {
    issue("networks", networks.length, "a task on the host's network cannot join others: leave them out");
  }
  const open = "on the host's network the ports are always open: leave it out";
  if (expose === false) issue("expose", expose, open);
  if (console === false) issue("console", console, open);
  const fixed = "on the host's network MinIO always has";
  if ((port ?? API_PORT) !== API_PORT) issue("port", port, `${fixed} ${API_PORT}: leave it out`);
  if ((consolePort ?? CONSOLE_PORT) !== CONSOLE_PORT) {
    issue("consolePort", consolePort, `${fixed} ${CONSOLE_PORT}: leave it out`);
  }
  if (allowFrom !== undefined && members > 1) {
    const problem = `would block the ${members} members from each other, which use these ports on their hosts' network`;
    issue("allowFrom", knownValue(allowFrom), `${problem}: leave it out, and set up your own firewall`);
  }
  return issues;
}

function validateNothingPublished({
  network,
  expose,
  port,
  console,
  consolePort,
  allowFrom,
}: NetworkArgs): ValidationIssue[] {
  const problem =
    `has no meaning on a ${driverOf(network)} network, which publishes nothing on hosts: leave it out, and use the ` +
    "members' own addresses, or an S3Gateway on a further overlay network";
  const given = { expose: expose || undefined, port, console, consolePort, allowFrom: knownValue(allowFrom) };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([argument, value]) => ({ argument, value, problem }));
}
