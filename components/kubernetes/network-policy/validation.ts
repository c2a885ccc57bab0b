import ipaddr from "ipaddr.js";
import { DNS_LABEL_RULE, isDnsLabel } from "../../../core/dns-label.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioNetworkPolicyArgs, NetworkPeer } from "./args.ts";

/** What is wrong with who may reach a store. */
export function validateNetworkPolicy(args: Omit<MinioNetworkPolicyArgs, "store">): ValidationIssue[] {
  const { clients = [], consoleClients = [], dns = [] } = args;
  const listed = Object.entries({ clients, consoleClients, dns });
  return listed.flatMap(([argument, callers]) =>
    callers.flatMap((caller, index) => validatePeer(`${argument}[${index}]`, caller)),
  );
}

function validatePeer(argument: string, caller: NetworkPeer): ValidationIssue[] {
  const issue = (problem: string) => [{ argument, value: caller, problem }];
  if ("addresses" in caller) {
    if ("namespace" in caller || "pods" in caller) {
      return issue("addresses are outside of the cluster, and have neither namespace nor pods: make two of it");
    }
    return validateAddresses(`${argument}.addresses`, caller.addresses);
  }
  const { namespace, pods } = caller;
  if (namespace === undefined && Object.keys(pods ?? {}).length === 0) {
    return issue("names nobody: say which namespace, which pods by their labels, or which addresses");
  }
  if (namespace === undefined || isDnsLabel(namespace)) return [];
  return [{ argument: `${argument}.namespace`, value: namespace, problem: DNS_LABEL_RULE }];
}

function validateAddresses(argument: string, value: string): ValidationIssue[] {
  if (!ipaddr.isValidCIDR(value)) {
    return [{ argument, value, problem: "must be a range of addresses in CIDR form, such as 10.1.0.0/16" }];
  }
  const [address, length] = ipaddr.parseCIDR(value);
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(value).toString()
      : ipaddr.IPv6.networkAddressFromCIDR(value).toString();
  if (network === address.toString()) return [];
  return [{ argument, value, problem: `is an address within its range: give ${network}/${length}` }];
}
