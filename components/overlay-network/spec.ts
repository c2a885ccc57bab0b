import type { NetworkShape } from "../preflight/demand.ts";
import type { Finding } from "../shared/refusal.ts";
import { type AddressPlan, addressFindings, firstAddress } from "./cidr.ts";

/** What a network is asked to be, defaults filled in. */
export interface NetworkSpec extends AddressPlan {
  encrypted: boolean;
  attachable: boolean;
  internal: boolean;
  mtu: number;
  labels: Record<string, string>;
}

export const ENCRYPTED_OPTION = "encrypted";
export const DEFAULT_MTU = 1500;
export const MTU_OPTION = "com.docker.network.driver.mtu";
/** Docker's own: the ids by which hosts tell the network's packets from another's. */
export const VXLAN_OPTION = "com.docker.network.driver.overlay.vxlanid_list";

const NETWORK_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;
const DOCKERS_OWN = ["bridge", "default", "docker_gwbridge", "host", "ingress", "none"];
const RESERVED_LABEL = /^(pulumi-swarm|com\.docker|io\.docker|org\.dockerproject)\./;

/** What is wrong with the arguments, as far as they are known. */
export function networkFindings(name: string, spec: Partial<NetworkSpec>): Finding[] {
  return [...nameFindings(name), ...addressFindings(spec), ...mtuFindings(spec.mtu), ...labelFindings(spec.labels)];
}

/** What is wrong with a network that is to be taken on: what is only known later cannot be compared before the run. */
export function adoptionFindings(deferred: readonly string[]): Finding[] {
  const problem =
    "is not known before the run, and with adopt is only compared with what is there: give a plain value, or leave it out";
  return deferred.map((argument) => ({ argument, value: "(an Output)", problem }));
}

/**
 * The overlay driver's options, as the Engine keeps them. The MTU is always among them: a network with no option at
 * all would be one whose options are not compared.
 */
export function driverOptions({ encrypted, mtu }: Pick<NetworkSpec, "encrypted" | "mtu">): Record<string, string> {
  return { ...(encrypted && { [ENCRYPTED_OPTION]: "" }), [MTU_OPTION]: String(mtu) };
}

/** The addresses to ask the Engine for; none when the Swarm is to choose. */
export function addressPlans({ subnet, gateway, ipRange }: AddressPlan): AddressPlan[] {
  if (!subnet) return [];
  return [{ subnet, gateway: gateway || firstAddress(subnet), ...(ipRange && { ipRange }) }];
}

/** How the network is to be, for comparison with the one that is there: of `spec` what is known by now. */
export function networkShape(spec: Partial<NetworkSpec>): NetworkShape {
  const { encrypted, attachable, internal, mtu, labels, subnet } = spec;
  const shape = { encrypted, attachable, internal, mtu, labels };
  if (!subnet) return shape;
  const gateway = spec.gateway === "" ? firstAddress(subnet) : spec.gateway;
  return { ...shape, subnet, gateway, ipRange: spec.ipRange };
}

function nameFindings(networkName: string): Finding[] {
  const problem = !NETWORK_NAME.test(networkName)
    ? "must be 1 to 63 letters, digits, '_', '.' or '-', the first a letter or digit: choose such a name"
    : DOCKERS_OWN.includes(networkName) && "is the name of one of Docker's own networks: choose another";
  return problem ? [{ argument: "networkName", value: networkName, problem }] : [];
}

function mtuFindings(mtu: number | undefined): Finding[] {
  if (mtu === undefined || (Number.isInteger(mtu) && mtu >= 576 && mtu <= 65_535)) return [];
  return [
    { argument: "mtu", value: mtu, problem: "must be a whole number of bytes from 576 to 65535, for instance 1500" },
  ];
}

function labelFindings(labels: Record<string, string> = {}): Finding[] {
  const reserved = Object.keys(labels).filter((label) => RESERVED_LABEL.test(label));
  const problem = "begins like a label that Docker or pulumi-swarm sets itself: choose another name for it";
  return reserved.map((label) => ({ argument: `labels["${label}"]`, value: labels[label], problem }));
}
