/**
 * The kinds of resource in this package. Their tokens (`swarm:index:<Kind>`)
 * are in the state of every stack, so they must never change.
 */
export type Kind =
  | "HostFirewall"
  | "HostKey"
  | "Machine"
  | "HostInspection"
  | "Preflight"
  | "Cluster"
  | "CreationOwner"
  | "Identity"
  | "Member"
  | "ConfigOnlyNetwork"
  | "Network"
  | "NetworkAllocation"
  | "NodeLabels"
  | "PredefinedNetwork"
  | "Service"
  | "ConfigFromNetwork"
  | "RootCredentials"
  | "RootServiceAccounts"
  | "ServerUrlCheck"
  | "LaunchSnapshot"
  | "Bucket"
  | "Certificate"
  | "ImmutableValues"
  | "User"
  | "Assertion";
