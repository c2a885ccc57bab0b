import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { validateWhenKnown } from "../shared/inputs.ts";
import { SwarmResource } from "../shared/resource.ts";
import { formatIssue, throwIfInvalid } from "../../core/input-validation-error.ts";
import type { AwsMachinesArgs } from "./args.ts";
import { validateAwsMachines, validatePublicKey } from "./validation.ts";
import { isBehindLoadBalancer, createLoadBalancer } from "./load-balancer.ts";
import { inspectAccount } from "./lookups.ts";
import { type AwsMachine, createMachine } from "./machine.ts";
import { createMachineNetwork } from "./network.ts";
import { validateSourceCidr } from "./network-validation.ts";
import { DEFAULT_IMAGE, planMachines, listZones } from "./plan.ts";
import { createSecurityGroups } from "./security-groups.ts";
import { createSessionManagerProfile } from "./session-manager.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";

/** EC2's maximum number of partitions in a zone. */
const PARTITIONS = 7;

/**
 * EC2 instances with their network, security groups and data volumes: `AwsHosts` without the ssh connections. At their
 * first boot the instances install Docker Engine and mount their volumes.
 */
export class AwsMachines extends pulumi.ComponentResource {
  /** The machines by key. */
  readonly machines: Readonly<Record<string, AwsMachine>>;
  /** Id of their VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** DNS name of the load balancer; absent without `loadBalancer`. */
  readonly loadBalancerAddress?: pulumi.Output<string>;

  constructor(name: string, args: AwsMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("AwsMachines", name, args);
    const subject = `AwsMachines "${name}"`;
    throwIfInvalid(subject, validateAwsMachines(args));
    super("swarm:index:AwsMachines", name, {}, opts);
    const planned = planMachines(args);
    const zones = listZones(planned);
    const types = Object.fromEntries(planned.map(({ key, role, type }) => [`${role}s.${key}.type`, type]));
    const { imageParameter = DEFAULT_IMAGE } = args;
    const account = inspectAccount({ zones, types, imageParameter }, { parent: this });
    const errors = account.apply(({ issues }) => issues.map((issue) => formatIssue(subject, issue)));
    const { passed } = new Assertion(`${name}-account`, { errors }, { parent: this });
    const afterAssertion = <T>(value: pulumi.Input<T>) =>
      pulumi.all([value, passed]).apply(([known]) => known) as pulumi.Output<T>;
    const image = afterAssertion(account.apply((answers) => answers.image ?? ""));
    const tags = (thing: string) => ({ Name: thing, "pulumi-swarm": name, ...args.tags });

    const network = createMachineNetwork(args, { name, zones, tags, afterAssertion, parent: this });
    const { vpcId } = network;
    const groups = createSecurityGroups(args, {
      ...{ name, vpcId, tags, parent: this },
      check: ({ opens }, cidr) => {
        const argument = opens ? `allowFrom.${opens}` : "loadBalancer.from";
        throwIfInvalid(subject, validateSourceCidr(argument, cidr, opens ?? "s3", args.allowAnywhere ?? []));
      },
    });
    const instanceProfile =
      args.sessionManager === false ? undefined : createSessionManagerProfile(name, afterAssertion, tags(name), this);
    const publicKeys = args.publicKeys.map((key, at) =>
      validateWhenKnown(key, (known) => throwIfInvalid(subject, validatePublicKey(`publicKeys[${at}]`, known))),
    );
    const placementGroup =
      args.spreadPlacement === false
        ? () => undefined
        : createPlacementGroups(name, planned, { afterAssertion, tags, parent: this });
    const machines = planned.map((each) =>
      createMachine(each, {
        ...{
          name,
          args,
          image,
          publicKeys,
          instanceProfile,
          tags,
          parent: this,
          internetAccess: network.internetAccess,
        },
        subnetId: network.subnetIds[each.zone] ?? "",
        placementGroup: placementGroup(each.role),
        securityGroupIds: [
          groups.members.id,
          ...(each.role === "manager" ? [groups.managers.id] : []),
          ...(groups.balancing && args.loadBalancer && isBehindLoadBalancer(args.loadBalancer, each.key)
            ? [groups.balancing.balanced.id]
            : []),
        ],
      }),
    );
    this.machines = Object.fromEntries(machines.map((made) => [made.key, made]));
    this.vpcId = pulumi.output(vpcId);
    if (args.loadBalancer && groups.balancing) {
      const balancer = createLoadBalancer(args.loadBalancer, {
        ...{ name, machines, vpcId, tags, parent: this, publicSubnetIds: network.publicSubnetIds },
        subnetIds: Object.values(network.subnetIds),
        securityGroup: groups.balancing.loadBalancer,
      });
      this.loadBalancerAddress = balancer.dnsName;
    }
    this.registerOutputs({ machines: Object.keys(this.machines), vpcId: this.vpcId });
  }
}

/** Places each manager on different hardware, and workers in partitions that share no hardware. */
function createPlacementGroups(
  name: string,
  planned: ReturnType<typeof planMachines>,
  {
    afterAssertion,
    tags,
    parent,
  }: Pick<Parameters<typeof createMachineNetwork>[1], "afterAssertion" | "tags" | "parent">,
): (role: "manager" | "worker") => aws.ec2.PlacementGroup {
  const group = (part: string, strategy: "spread" | "partition", partitionCount?: number) => {
    const named = `${name}-${part}`;
    const args = { strategy: afterAssertion(strategy), partitionCount, tags: tags(named) };
    return new aws.ec2.PlacementGroup(named, args, { parent });
  };
  const managers = group("managers", "spread");
  const hasWorkers = planned.some(({ role }) => role === "worker");
  const workers = hasWorkers ? group("workers", "partition", PARTITIONS) : managers;
  return (role) => (role === "manager" ? managers : workers);
}

/** Fails if there are errors, so that resources with inputs that depend on it are not created. */
class Assertion extends SwarmResource {
  declare readonly passed: pulumi.Output<boolean>;

  constructor(name: string, props: { errors: pulumi.Input<string[]> }, opts: pulumi.CustomResourceOptions) {
    super("Assertion", name, { passed: undefined, ...props }, opts);
  }
}
