import ipaddr from "ipaddr.js";
import { DNS_LABEL_RULE, isDnsLabel } from "../../../core/dns-label.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioNetworkPolicyArgs, NetworkPeer } from "./args.ts";

/** Validates the peers. */
export function validateNetworkPolicy(args: Omit<MinioNetworkPolicyArgs, "store">): ValidationIssue[] {
  const { clients = [], consoleClients = [], dns = [] } = args;
  const listed = Object.entries({ clients, consoleClients, dns });
  return listed.flatMap(([argument, peers]) =>
    peers.flatMap((peer, index) => validatePeer(`${argument}[${index}]`, peer)),
  );
}

function validatePeer(argument: string, peer: NetworkPeer): ValidationIssue[] {
  const issue = (problem: string) => [{ argument, value: peer, problem }];
  if ("addresses" in peer) {
    if ("namespace" in peer || "pods" in peer) {
      return issue("addresses cannot be combined with namespace or pods: give two entries");
    }
    return validateAddresses(`${argument}.addresses`, peer.addresses);
  }
  const { namespace, pods } = peer;
  if (namespace === undefined && Object.keys(pods ?? {}).length === 0) {
    return issue("is empty: give a namespace, pods by their labels, or addresses");
  }
  if (namespace === undefined || isDnsLabel(namespace)) return [];
  return [{ argument: `${argument}.namespace`, value: namespace, problem: DNS_LABEL_RULE }];
}

function validateAddresses(argument: string, value: string): ValidationIssue[] {
  if (!ipaddr.isValidCIDR(value)) {
    return [{ argument, value, problem: "must be an address range as CIDR, such as 10.1.0.0/16" }];
  }
  const [address, length] = ipaddr.parseCIDR(value);
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(value).toString()
      : ipaddr.IPv6.networkAddressFromCIDR(value).toString();
  if (network === address.toString()) return [];
  return [{ argument, value, problem: `has host bits: give ${network}/${length}` }];
}
