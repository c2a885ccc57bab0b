import type * as pulumi from "@pulumi/pulumi";
import type { AwsMachinesArgs, OpenPort } from "./args.ts";

/** Source of connections: the machines themselves, the load balancer, or address ranges. */
export type Source = "members" | "load balancer" | pulumi.Input<string>[];

/** An ingress rule of a security group. */
export interface Rule {
  description: string;
  /** `50` is ESP. */
  protocol: "tcp" | "udp" | "50";
  /** 0 for a protocol without ports. */
  port: number;
  from: Source;
  /** The service that `allowFrom` opens to address ranges. */
  opens?: OpenPort;
}

/** Ingress rules of each security group; everything else is blocked. */
export interface SecurityRules {
  /** For every machine. */
  members: Rule[];
  /** For managers, in addition to those of members. */
  managers: Rule[];
  /** For machines behind the load balancer. */
  balanced: Rule[];
  /** For the load balancer itself. */
  loadBalancer: Rule[];
}

export const DEFAULT_PORTS = { s3: 9000, console: 9001 };
const SSH_PORT = 22;

/** Returns the ingress rules of all security groups. */
export function securityRules({ allowFrom = {}, ports, loadBalancer }: AwsMachinesArgs): SecurityRules {
  const { s3 = DEFAULT_PORTS.s3, console = DEFAULT_PORTS.console } = ports ?? {};
  const open = { s3, console, ssh: SSH_PORT };
  const named = { s3: "S3", console: "Console of the store", ssh: "ssh" };
  const outside = (["s3", "console", "ssh"] as const).flatMap((what) => {
    const from = allowFrom[what] ?? [];
    return from.length === 0 ? [] : [{ ...rule(named[what], "tcp", open[what], from), opens: what }];
  });
  const balancedPorts = loadBalancer?.ports ?? [];
  return {
    members: [
      rule("Swarm gossip", "tcp", 7946, "members"),
      rule("Swarm gossip", "udp", 7946, "members"),
      rule("Overlay networks", "udp", 4789, "members"),
      rule("Encrypted overlay networks: ESP", "50", 0, "members"),
      ...outside,
    ],
    managers: [rule("Swarm management", "tcp", 2377, "members")],
    balanced: balancedPorts.map((port) => rule("From the load balancer", "tcp", port, "load balancer")),
    loadBalancer: balancedPorts.map((port) => rule("Clients", "tcp", port, loadBalancer?.from ?? [])),
  };
}

function rule(description: string, protocol: Rule["protocol"], port: number, from: Source): Rule {
  return { description, protocol, port, from };
}
