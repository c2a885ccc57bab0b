import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsLoadBalancerArgs } from "./args.ts";
import type { AwsMachine } from "./machine.ts";

export interface LoadBalancerOptions {
  name: string;
  machines: readonly AwsMachine[];
  vpcId: pulumi.Input<string>;
  publicSubnetIds: pulumi.Input<string>[];
  /** The subnets of the machines. */
  subnetIds: pulumi.Input<string>[];
  securityGroup: aws.ec2.SecurityGroup;
  tags: (name: string) => Record<string, pulumi.Input<string>>;
  parent: pulumi.Resource;
}

/** Whether a machine is behind the load balancer. */
export function isBehindLoadBalancer({ machines }: AwsLoadBalancerArgs, key: string): boolean {
  return machines === undefined || machines.includes(key);
}

/** Creates a network load balancer that forwards each port to the same port of a healthy machine. */
export function createLoadBalancer(args: AwsLoadBalancerArgs, options: LoadBalancerOptions): aws.lb.LoadBalancer {
  const { name, machines, vpcId, publicSubnetIds, subnetIds, securityGroup, tags, parent } = options;
  const { internal = false } = args;
  const balancer = new aws.lb.LoadBalancer(
    name,
    {
      ...{ loadBalancerType: "network", internal, securityGroups: [securityGroup.id], tags: tags(name) },
      subnets: args.subnetIds ?? (internal ? subnetIds : publicSubnetIds),
      // Without this, DNS keeps the addresses of zones in which all machines are down.
      enableCrossZoneLoadBalancing: true,
    },
    { parent },
  );
  for (const port of args.ports) {
    const named = `${name}-${port}`;
    const group = new aws.lb.TargetGroup(
      named,
      {
        ...{ vpcId, port, protocol: "TCP", targetType: "instance", tags: tags(named) },
        healthCheck: { protocol: "TCP", interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
      },
      { parent },
    );
    const defaultActions = [{ type: "forward", targetGroupArn: group.arn }];
    new aws.lb.Listener(named, { loadBalancerArn: balancer.arn, port, protocol: "TCP", defaultActions }, { parent });
    for (const { key, instanceId } of machines.filter((machine) => isBehindLoadBalancer(args, machine.key))) {
      const target = { targetGroupArn: group.arn, targetId: instanceId, port };
      new aws.lb.TargetGroupAttachment(`${named}-${key}`, target, { parent, deleteBeforeReplace: true });
    }
  }
  return balancer;
}
