import { publishedPorts } from "./containers.ts";
import { items, part, type RuledResource, texts } from "./rule.ts";

const FIREWALL = "pulumi-nodejs:dynamic/swarm:HostFirewall";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const KUBERNETES_SERVICE = "kubernetes:core/v1:Service";
const AWS_MACHINE = "aws:ec2/instance:Instance";

/** Ways in from everywhere that one resource opens. */
export function openPortViolations(resource: RuledResource): string[] {
  const { type, props } = resource;
  const open = openRanges(resource);
  if (open.length > 0) return [`is open to everybody (${[...new Set(open)].join(", ")}): name who may come in`];
  if (type === KUBERNETES_SERVICE && part(props, "spec", "type") === "LoadBalancer") {
    const ranges = texts(part(props, "spec", "loadBalancerSourceRanges"));
    return ranges.length > 0 ? [] : ["the load balancer lets everybody in: give loadBalancerSourceRanges"];
  }
  return [];
}

function openRanges({ type, props }: RuledResource): string[] {
  const blocks = (rule: unknown) => [...texts(part(rule, "cidrBlocks")), ...texts(part(rule, "ipv6CidrBlocks"))];
  if (type === SECURITY_GROUP) return items(part(props, "ingress")).flatMap(blocks).filter(isEverybody);
  if (type === SECURITY_GROUP_RULE) return part(props, "type") === "ingress" ? blocks(props).filter(isEverybody) : [];
  if (type === INGRESS_RULE) return texts([part(props, "cidrIpv4"), part(props, "cidrIpv6")]).filter(isEverybody);
  return type === FIREWALL ? texts(part(props, "filter", "allowFrom")).filter(isEverybody) : [];
}

/** All addresses, however they are written. */
function isEverybody(range: string): boolean {
  return range.endsWith("/0");
}

/**
 * Ports that Docker publishes on all addresses of hosts, and that no firewall of the stack guards. Machines on AWS are
 * guarded by their security groups, which are looked at by themselves.
 */
export function unguardedPorts(resources: readonly RuledResource[]): { text: string; urn?: string }[] {
  if (resources.some(({ type }) => type === AWS_MACHINE)) return [];
  const guards = resources.filter(({ type }) => type === FIREWALL);
  const guarded = new Set(guards.flatMap(({ props }) => items(part(props, "filter", "ports"))));
  return resources.flatMap((resource) => {
    const ports = publishedPorts(resource)
      .filter(({ port, address }) => isOnAllAddresses(address) && !guarded.has(port))
      .map(({ port }) => port);
    if (ports.length === 0) return [];
    const text = `ports ${ports.join(", ")} are published on all addresses of its hosts: give allowFrom (or a Firewall), or publish nothing`;
    return [{ urn: resource.urn, text }];
  });
}

function isOnAllAddresses(address: string | undefined): boolean {
  return address === undefined || ["", "0.0.0.0", "::", "[::]"].includes(address);
}
