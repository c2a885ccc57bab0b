import { worldwideFamilies } from "../core/ip-ranges.ts";
import { toArray, getProperty, type PolicyResource, toStrings } from "./rule.ts";

const FIREWALL = "swarm:index:HostFirewall";
const SECURITY_GROUPS = ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];
const SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const KUBERNETES_SERVICE = "kubernetes:core/v1:Service";

/** Reports security groups, load balancers and firewalls that are open to the whole internet. */
export function openPortViolations(resource: PolicyResource): string[] {
  const { type, props } = resource;
  const ranges = allowedRanges(resource);
  const isWorldwide = worldwideFamilies(ranges).length > 0;
  if (type === KUBERNETES_SERVICE && getProperty(props, "spec", "type") === "LoadBalancer") {
    const fix = "restrict it with loadBalancerSourceRanges";
    return isWorldwide || ranges.length === 0 ? [`the load balancer is open to the whole internet: ${fix}`] : [];
  }
  return isWorldwide
    ? [`is open to the whole internet (${formatWidestRanges(ranges)}): give the ranges of your clients`]
    : [];
}

function allowedRanges({ type, props }: PolicyResource): string[] {
  const blocks = (rule: unknown) => [
    ...toStrings(getProperty(rule, "cidrBlocks")),
    ...toStrings(getProperty(rule, "ipv6CidrBlocks")),
  ];
  if (SECURITY_GROUPS.includes(type)) return toArray(getProperty(props, "ingress")).flatMap(blocks);
  if (type === SECURITY_GROUP_RULE) return getProperty(props, "type") === "ingress" ? blocks(props) : [];
  if (type === INGRESS_RULE) return toStrings([getProperty(props, "cidrIpv4"), getProperty(props, "cidrIpv6")]);
  if (type === KUBERNETES_SERVICE) return toStrings(getProperty(props, "spec", "loadBalancerSourceRanges"));
  return type === FIREWALL ? toStrings(getProperty(props, "filter", "allowFrom")) : [];
}

/** Formats the ranges that alone cover the internet; if none does, up to four of all ranges. */
function formatWidestRanges(ranges: readonly string[]): string {
  const alone = [...new Set(ranges)].filter((range) => worldwideFamilies([range]).length > 0);
  const named = alone.length > 0 ? alone : [...new Set(ranges)];
  return [...named.slice(0, 4), ...(named.length > 4 ? ["…"] : [])].join(", ");
}
