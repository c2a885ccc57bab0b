/**
 * The kinds of resource this package provides. Their tokens (`pulumi-nodejs:dynamic/swarm:<Kind>`) and the address
 * `pulumi-swarm/provider` stand in the state of every stack: neither ever changes.
 */
export type Kind =
  | "Host"
  | "HostFirewall"
  | "HostKey"
  | "SshHost"
  | "SshSurvey"
  | "SshSurveyed"
  | "Preflight"
  | "Cluster"
  | "CreationOwner"
  | "Identity"
  | "Member"
  | "NetworkPart"
  | "NodeSettings"
  | "PredefinedNetwork"
  | "Service"
  | "SwarmNetwork"
  | "RootCredentials"
  | "RootServiceAccounts"
  | "Blueprint"
  | "Bucket"
  | "Certificate"
  | "ForLife"
  | "User"
  | "Verdict";
