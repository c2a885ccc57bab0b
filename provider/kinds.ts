/**
 * The kinds of resource this package provides. Their tokens (`swarm:index:<Kind>`) and the address
 * `pulumi-swarm/provider` stand in the state of every stack: neither ever changes.
 */
export type Kind =
  | "Host"
  | "HostFirewall"
  | "HostKey"
  | "SshHost"
  | "HostInspection"
  | "InspectionBarrier"
  | "Preflight"
  | "Cluster"
  | "CreationOwner"
  | "Identity"
  | "Member"
  | "ConfigOnlyNetwork"
  | "NodeSettings"
  | "PredefinedNetwork"
  | "Service"
  | "ConfigFromNetwork"
  | "RootCredentials"
  | "RootServiceAccounts"
  | "LaunchSnapshot"
  | "Bucket"
  | "Certificate"
  | "ImmutableValues"
  | "User"
  | "Assertion";
