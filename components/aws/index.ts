/** Hosts on AWS. A separate entry point, so that only programs that use it need @pulumi/aws. */
export type {
  AwsHostsArgs,
  AwsLoadBalancerArgs,
  AwsMachinesArgs,
  ExistingNetwork,
  NewNetwork,
  OpenPort,
} from "./args.ts";
export type { AwsMachineArgs, AwsMachineDefaults, AwsVolumeArgs } from "./machine-args.ts";
export { AwsHosts } from "./aws-hosts.ts";
export { AwsMachines } from "./aws-machines.ts";
export type { AwsMachine } from "./machine.ts";
export type { Role } from "./plan.ts";
