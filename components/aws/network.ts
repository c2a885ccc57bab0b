import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsMachinesArgs, NewNetwork } from "./args.ts";
import { DEFAULT_CIDR, isExistingNetwork } from "./plan.ts";
import { subnetOf } from "./subnets.ts";

/** The network of the machines. */
export interface MachineNetwork {
  vpcId: pulumi.Output<string> | pulumi.Input<string>;
  /** Subnet ids for machines, by zone. */
  subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Subnet ids for a public load balancer. */
  publicSubnetIds: pulumi.Input<string>[];
  /** Resources that must exist before a machine can reach the internet. */
  internetAccess: pulumi.Resource[];
}

export interface NetworkOptions {
  name: string;
  zones: readonly string[];
  /** Returns the tags of a resource by its name. */
  tags: (name: string) => Record<string, pulumi.Input<string>>;
  /** Makes a value depend on the validation of the account. */
  afterAssertion: <T>(value: pulumi.Input<T>) => pulumi.Output<T>;
  parent: pulumi.Resource;
}

/** Returns the existing network, or creates one. */
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
  const internetGateway = new aws.ec2.InternetGateway(name, { vpcId, tags: tags(name) }, opts);

  const routeTable = (table: string, to: { gatewayId?: pulumi.Output<string>; natGatewayId?: pulumi.Output<string> }) =>
    new aws.ec2.RouteTable(table, { vpcId, routes: [{ cidrBlock: "0.0.0.0/0", ...to }], tags: tags(table) }, opts);
  const subnet = (kind: "public" | "private", zone: string, cidrBlock: string, routes: aws.ec2.RouteTable) => {
    const named = `${name}-${kind}-${zone}`;
    const args = { vpcId, availabilityZone: zone, cidrBlock, mapPublicIpOnLaunch: false, tags: tags(named) };
    const created = new aws.ec2.Subnet(named, args, opts);
    const route = new aws.ec2.RouteTableAssociation(named, { subnetId: created.id, routeTableId: routes.id }, opts);
    return { id: created.id, route };
  };

  const publicRoutes = routeTable(`${name}-public`, { gatewayId: internetGateway.id });
  const hasPublicAddresses = internet === "public-addresses";
  const publicSubnets = zones.map((zone) => {
    const cidrBlock = (hasPublicAddresses ? subnets[zone] : undefined) ?? subnetOf(cidr, zone, "public");
    return { zone, ...subnet("public", zone, cidrBlock, publicRoutes) };
  });
  const publicSubnetIds = publicSubnets.map(({ id }) => id);
  if (hasPublicAddresses) {
    const subnetIds = Object.fromEntries(publicSubnets.map(({ zone, id }) => [zone, id]));
    return { vpcId, subnetIds, publicSubnetIds, internetAccess: publicSubnets.map(({ route }) => route) };
  }

  const natIn = ({ zone, id, route }: (typeof publicSubnets)[number]) => {
    const named = `${name}-nat-${zone}`;
    const address = new aws.ec2.Eip(
      named,
      { domain: "vpc", tags: tags(named) },
      { parent, dependsOn: [internetGateway] },
    );
    const args = { subnetId: id, allocationId: address.id, tags: tags(named) };
    const gateway = new aws.ec2.NatGateway(named, args, { parent, dependsOn: [route] });
    return routeTable(`${name}-private-${zone}`, { natGatewayId: gateway.id });
  };
  const tables = (internet === "nat" ? publicSubnets.slice(0, 1) : publicSubnets).map(natIn);
  const privateSubnets = zones.map((zone, at) => {
    const routes = tables[at] ?? tables[0] ?? publicRoutes;
    return { zone, ...subnet("private", zone, subnets[zone] ?? subnetOf(cidr, zone, "private"), routes) };
  });
  const subnetIds = Object.fromEntries(privateSubnets.map(({ zone, id }) => [zone, id]));
  return { vpcId, subnetIds, publicSubnetIds, internetAccess: privateSubnets.map(({ route }) => route) };
}
