import type { ValidationIssue } from "./input-validation-error.ts";

/** Driver option for the MTU. */
export const MTU_OPTION = "com.docker.network.driver.mtu";

const NETWORK_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;
const PREDEFINED_NETWORKS = ["bridge", "default", "docker_gwbridge", "host", "ingress", "none"];

/** Validates the name of a network. */
export function validateNetworkName(networkName: string): ValidationIssue[] {
  const problem = !NETWORK_NAME.test(networkName)
    ? "must be 1 to 63 letters, digits, '_', '.' or '-', the first a letter or digit: choose such a name"
    : PREDEFINED_NETWORKS.includes(networkName) && "is the name of one of Docker's own networks: choose another";
  return problem ? [{ argument: "networkName", value: networkName, problem }] : [];
}

/** Validates the MTU of a network, in bytes. */
export function validateMtu(mtu: number | undefined): ValidationIssue[] {
  if (mtu === undefined || (Number.isInteger(mtu) && mtu >= 576 && mtu <= 65_535)) return [];
  return [
    { argument: "mtu", value: mtu, problem: "must be a whole number of bytes from 576 to 65535, for instance 1500" },
  ];
}
