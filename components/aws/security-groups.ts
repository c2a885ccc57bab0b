import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { validateWhenKnown } from "../shared/inputs.ts";
import type { AwsMachinesArgs } from "./args.ts";
import { type Rule, securityRules } from "./security-rules.ts";

export interface SecurityGroups {
  members: aws.ec2.SecurityGroup;
  managers: aws.ec2.SecurityGroup;
  /** Groups of the load balancer and of the machines behind it; absent without a load balancer. */
  balancing?: { loadBalancer: aws.ec2.SecurityGroup; balanced: aws.ec2.SecurityGroup };
}

export interface SecurityOptions {
  name: string;
  vpcId: pulumi.Input<string>;
  tags: (name: string) => Record<string, pulumi.Input<string>>;
  /** Throws if an address range that was an Output is invalid. */
  check: (rule: Rule, cidr: string) => void;
  parent: pulumi.Resource;
}

/**
 * Creates one group for each role of a machine. References between the groups form no cycle: managers refer to members,
 * machines behind the load balancer refer to it, and its egress rules refer to members.
 */
export function createSecurityGroups(args: AwsMachinesArgs, options: SecurityOptions): SecurityGroups {
  const { name, vpcId, tags, check, parent } = options;
  const rules = securityRules(args);
  const group = (
    part: string,
    description: string,
    ingress: readonly Rule[],
    egress: aws.types.input.ec2.SecurityGroupEgress[],
    named: Partial<Record<"members" | "load balancer", aws.ec2.SecurityGroup>> = {},
  ) => {
    const source = (rule: Rule) => {
      const { from } = rule;
      if (Array.isArray(from)) {
        return { cidrBlocks: from.map((cidr) => validateWhenKnown(cidr, (known) => check(rule, known))) };
      }
      const other = named[from];
      return other ? { securityGroups: [other.id] } : { self: true };
    };
    const inline = ingress.map((rule) => {
      const { description: what, protocol, port } = rule;
      return { description: what, protocol, fromPort: port, toPort: port, ...source(rule) };
    });
    const full = `${name}-${part}`;
    return new aws.ec2.SecurityGroup(
      full,
      { vpcId, description, ingress: inline, egress, tags: tags(full) },
      { parent },
    );
  };

  // For images, packages and Session Manager.
  const anywhere = { description: "All", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
  const members = group("members", "Machines of the Swarm", rules.members, [anywhere]);
  const managers = group("managers", "Managers of the Swarm", rules.managers, [], { members });
  if (!args.loadBalancer) return { members, managers };
  const onward = args.loadBalancer.ports.map((port) => ({
    ...{ description: "Machines behind it", protocol: "tcp", fromPort: port, toPort: port },
    securityGroups: [members.id],
  }));
  const loadBalancer = group("balancer", "Load balancer of the Swarm", rules.loadBalancer, onward);
  const balanced = group("balanced", "Machines behind the load balancer", rules.balanced, [], {
    "load balancer": loadBalancer,
  });
  return { members, managers, balancing: { loadBalancer, balanced } };
}
