import type { ValidationIssue } from "./input-validation-error.ts";

/** Driver option of every network: the largest packet. */
export const MTU_OPTION = "com.docker.network.driver.mtu";

const NETWORK_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;
const DOCKERS_OWN = ["bridge", "default", "docker_gwbridge", "host", "ingress", "none"];
const RESERVED_LABEL = /^(pulumi-swarm|com\.docker|io\.docker|org\.dockerproject)\./;

/** What is wrong with the name of a network. */
export function validateNetworkName(networkName: string): ValidationIssue[] {
  const problem = !NETWORK_NAME.test(networkName)
    ? "must be 1 to 63 letters, digits, '_', '.' or '-', the first a letter or digit: choose such a name"
    : DOCKERS_OWN.includes(networkName) && "is the name of one of Docker's own networks: choose another";
  return problem ? [{ argument: "networkName", value: networkName, problem }] : [];
}

/** What is wrong with the largest packet of a network. */
export function validateMtu(mtu: number | undefined): ValidationIssue[] {
  if (mtu === undefined || (Number.isInteger(mtu) && mtu >= 576 && mtu <= 65_535)) return [];
  return [
    { argument: "mtu", value: mtu, problem: "must be a whole number of bytes from 576 to 65535, for instance 1500" },
  ];
}

/** What is wrong with labels that a user gives a network. */
export function validateNetworkLabels(labels: Record<string, string> = {}): ValidationIssue[] {
  const reserved = Object.keys(labels).filter((label) => RESERVED_LABEL.test(label));
  const problem = "begins like a label that Docker or pulumi-swarm sets itself: choose another name for it";
  return reserved.map((label) => ({ argument: `labels["${label}"]`, value: labels[label], problem }));
}
