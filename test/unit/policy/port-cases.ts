import { type Case, firewall, loadBalancer, resource, securityGroup } from "./resources.ts";

export const openPortCases: Case[] = [
  ["a security group with a private range", [securityGroup("10.0.0.0/8")], undefined],
  [
    "a security group open to all",
    [securityGroup("10.0.0.0/8", "0.0.0.0/0")],
    /open to the whole internet \(0\.0\.0\.0\/0\)/,
  ],
  [
    "a security group open to all of IPv6",
    [resource("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ ipv6CidrBlocks: ["::/0"] }] })],
    /\(::\/0\)/,
  ],
  [
    "an egress rule for all",
    [resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "egress", cidrBlocks: ["0.0.0.0/0"] })],
    undefined,
  ],
  [
    "an ingress rule for all",
    [resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", cidrBlocks: ["0.0.0.0/0"] })],
    /open/,
  ],
  [
    "the newer rule",
    [resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { cidrIpv4: "0.0.0.0/0" })],
    /open/,
  ],
  [
    "both halves of IPv4",
    [securityGroup("0.0.0.0/1", "128.0.0.0/1")],
    /open to the whole internet \(0\.0\.0\.0\/1, 128/,
  ],
  ["one half of IPv4", [securityGroup("128.0.0.0/1")], /open to the whole internet/],
  [
    "parts of IPv4 in several rules",
    [
      resource("aws:ec2/securityGroup:SecurityGroup", {
        ingress: Array.from({ length: 300 }, (_, at) => ({
          cidrBlocks: [`${20 + Math.floor(at / 128)}.${2 * (at % 128)}.0.0/15`],
        })),
      }),
    ],
    /open to the whole internet \(20\.0\.0\.0\/15, .*…\)/,
  ],
  [
    "the default group open to all",
    [resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [{ cidrBlocks: ["0.0.0.0/0"] }] })],
    /open to the whole internet/,
  ],
  ["a firewall with both halves of IPv6", [firewall([9000], ["::/1", "8000::/1"])], /open to the whole internet/],
  [
    "a firewall with both halves of IPv4",
    [firewall([9000], ["0.0.0.0/1", "128.0.0.0/1"])],
    /open to the whole internet/,
  ],
  ["a load balancer open to all", [loadBalancer("0.0.0.0/0")], /the load balancer is open to the whole internet/],
  [
    "a load balancer with both halves of IPv4",
    [loadBalancer("0.0.0.0/1", "128.0.0.0/1")],
    /the load balancer is open to the whole internet/,
  ],
  ["a firewall with a private range", [firewall([9000])], undefined],
  ["a firewall open to all", [firewall([9000], ["0.0.0.0/0"])], /open to the whole internet/],
  [
    "a load balancer",
    [resource("kubernetes:core/v1:Service", { spec: { type: "LoadBalancer" } })],
    /loadBalancerSourceRanges/,
  ],
  [
    "a load balancer with a private range",
    [
      resource("kubernetes:core/v1:Service", {
        spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] },
      }),
    ],
    undefined,
  ],
  [
    "a Kubernetes service inside the cluster",
    [resource("kubernetes:core/v1:Service", { spec: { type: "ClusterIP" } })],
    undefined,
  ],
];
