import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsMachinesArgs, NewNetwork } from "./args.ts";
import { DEFAULT_CIDR, isExistingNetwork } from "./plan.ts";
import { subnetOf } from "./subnets.ts";

/** Where machines are put. */
export interface MachineNetwork {
  vpcId: pulumi.Output<string> | pulumi.Input<string>;
  /** Subnets for machines, by zone. */
  subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Subnets for a load balancer that clients outside reach. */
  publicSubnetIds: pulumi.Input<string>[];
  /** What must be there before a machine can reach the internet. */
  internetAccess: pulumi.Resource[];
}

export interface NetworkOptions {
  name: string;
  zones: readonly string[];
  /** Tags of a thing by its name. */
  tags: (name: string) => Record<string, pulumi.Input<string>>;
  /** A value that is known only once the account was found to be as it must be. */
  afterAssertion: <T>(value: pulumi.Input<T>) => pulumi.Output<T>;
  parent: pulumi.Resource;
}

/** The network that is there, or one that is made. */
export function createMachineNetwork(args: AwsMachinesArgs, options: NetworkOptions): MachineNetwork {
  const { network = {}, internet = "public-addresses" } = args;
  if (!isExistingNetwork(network)) return createNetwork(network, internet, options);
  const { vpcId, subnetIds } = network;
  return { vpcId, subnetIds, publicSubnetIds: Object.values(subnetIds), internetAccess: [] };
}

function createNetwork(
  { cidr = DEFAULT_CIDR, subnets = {} }: NewNetwork,
  internet: NonNullable<AwsMachinesArgs["internet"]>,
  { name, zones, tags, afterAssertion, parent }: NetworkOptions,
): MachineNetwork {
  const opts = { parent };
  const vpc = new aws.ec2.Vpc(
    name,
    { cidrBlock: afterAssertion(cidr), enableDnsSupport: true, enableDnsHostnames: true, tags: tags(name) },
    opts,
  );
  const vpcId = vpc.id;
  const out = new aws.ec2.InternetGateway(name, { vpcId, tags: tags(name) }, opts);

  const routeTable = (table: string, to: { gatewayId?: pulumi.Output<string>; natGatewayId?: pulumi.Output<string> }) =>
    new aws.ec2.RouteTable(table, { vpcId, routes: [{ cidrBlock: "0.0.0.0/0", ...to }], tags: tags(table) }, opts);
  const subnet = (kind: "public" | "private", zone: string, cidrBlock: string, routes: aws.ec2.RouteTable) => {
    const named = `${name}-${kind}-${zone}`;
    const args = { vpcId, availabilityZone: zone, cidrBlock, mapPublicIpOnLaunch: false, tags: tags(named) };
    const made = new aws.ec2.Subnet(named, args, opts);
    const way = new aws.ec2.RouteTableAssociation(named, { subnetId: made.id, routeTableId: routes.id }, opts);
    return { id: made.id, way };
  };

  const direct = routeTable(`${name}-public`, { gatewayId: out.id });
  const isDirect = internet === "public-addresses";
  const open = zones.map((zone) => {
    const cidrBlock = (isDirect ? subnets[zone] : undefined) ?? subnetOf(cidr, zone, "public");
    return { zone, ...subnet("public", zone, cidrBlock, direct) };
  });
  const publicSubnetIds = open.map(({ id }) => id);
  if (isDirect) {
    const subnetIds = Object.fromEntries(open.map(({ zone, id }) => [zone, id]));
    return { vpcId, subnetIds, publicSubnetIds, internetAccess: open.map(({ way }) => way) };
  }

  const natIn = ({ zone, id, way }: (typeof open)[number]) => {
    const named = `${name}-nat-${zone}`;
    const address = new aws.ec2.Eip(named, { domain: "vpc", tags: tags(named) }, { parent, dependsOn: [out] });
    const args = { subnetId: id, allocationId: address.id, tags: tags(named) };
    const gateway = new aws.ec2.NatGateway(named, args, { parent, dependsOn: [way] });
    return routeTable(`${name}-private-${zone}`, { natGatewayId: gateway.id });
  };
  const tables = (internet === "nat" ? open.slice(0, 1) : open).map(natIn);
  const closed = zones.map((zone, at) => {
    const routes = tables[at] ?? tables[0] ?? direct;
    return { zone, ...subnet("private", zone, subnets[zone] ?? subnetOf(cidr, zone, "private"), routes) };
  });
  const subnetIds = Object.fromEntries(closed.map(({ zone, id }) => [zone, id]));
  return { vpcId, subnetIds, publicSubnetIds, internetAccess: closed.map(({ way }) => way) };
}
