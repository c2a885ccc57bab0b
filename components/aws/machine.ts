import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Drive } from "../../core/drive.ts";
import { SwarmResource } from "../shared/resource.ts";
import type { AwsMachinesArgs } from "./args.ts";
import {
  DEFAULT_ENGINE,
  DEFAULT_REPOSITORY,
  DEFAULT_USER,
  deviceNames,
  mountPoint,
  type PlannedMachine,
} from "./plan.ts";
import type { Role } from "./plan.ts";
import { userData } from "./user-data.ts";

/** A machine and its outputs. */
export interface AwsMachine {
  /** Key in `managers` or `workers`. */
  readonly key: string;
  /** Role in the Swarm. */
  readonly role: Role;
  /** Availability zone. */
  readonly zone: string;
  /** Labels of its Swarm node. */
  readonly labels: Readonly<Record<string, string>>;
  /** Data volumes as drives of a host. */
  readonly drives: Readonly<Record<string, Drive>>;
  /** Ids of the data volumes by key. */
  readonly volumeIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** Id of the instance. Like the addresses, known once all volumes are attached. */
  readonly instanceId: pulumi.Output<string>;
  /** Address within the VPC. */
  readonly privateAddress: pulumi.Output<string>;
  /** Public address, which stays with the key; absent if machines have none. */
  readonly publicAddress?: pulumi.Output<string>;
  /** Public ssh host key. */
  readonly hostKey: pulumi.Output<string>;
}

export interface MachineOptions {
  name: string;
  args: AwsMachinesArgs;
  /** Id of the image for new machines; known once the account has been validated. */
  image: pulumi.Output<string>;
  publicKeys: pulumi.Input<string>[];
  subnetId: pulumi.Input<string>;
  securityGroupIds: pulumi.Input<string>[];
  placementGroup?: aws.ec2.PlacementGroup;
  instanceProfile?: aws.iam.InstanceProfile;
  tags: (name: string) => Record<string, pulumi.Input<string>>;
  /** Resources that must exist before it can reach the internet. */
  internetAccess: pulumi.Resource[];
  parent: pulumi.Resource;
}

/** Creates a machine with its volumes. Volumes are separate resources and stay when the machine is replaced. */
export function createMachine(planned: PlannedMachine, options: MachineOptions): AwsMachine {
  const { key, role, zone, labels } = planned;
  const { args, image, tags, parent } = options;
  const name = `${options.name}-${key}`;

  const volumes = Object.entries(planned.volumes).map(([volume, { sizeGiB = 100, iops = 3000, throughput = 125 }]) => {
    const named = `${name}-${volume}`;
    const made = new aws.ebs.Volume(
      named,
      {
        availabilityZone: image.apply(() => zone),
        ...{ type: "gp3", size: sizeGiB, iops, throughput, encrypted: true, kmsKeyId: args.kmsKeyId },
        tags: tags(named),
      },
      { parent, protect: !args.allowDataLoss },
    );
    return [volume, made] as const;
  });

  const hostKey = new HostKey(`${name}-host-key`, { hostname: key }, { parent });
  const launch = new LaunchSnapshot(
    `${name}-launch`,
    { image, userData: firstBootUserData(planned, volumes, hostKey, options), generation: planned.generation },
    { parent },
  );
  const instance = new aws.ec2.Instance(name, instanceArgs(planned, name, launch, options), {
    parent,
    dependsOn: options.internetAccess,
    // Volumes can be attached to one machine only, and hostnames must be unique in the Swarm.
    deleteBeforeReplace: true,
  });
  const devices = deviceNames(planned.volumes);
  const attachments = volumes.map(
    ([volume, { id }]) =>
      new aws.ec2.VolumeAttachment(
        `${name}-${volume}`,
        {
          ...{ instanceId: instance.id, volumeId: id, deviceName: devices[volume] ?? "" },
          // Mounted volumes can only be detached from a stopped machine.
          stopInstanceBeforeDetaching: true,
        },
        { parent, deleteBeforeReplace: true },
      ),
  );
  const all = pulumi.all(attachments.map(({ id }) => id));
  const attached = (output: pulumi.Output<string>) => pulumi.all([output, all]).apply(([value]) => value);
  return {
    ...{ key, role, zone, labels, hostKey: hostKey.publicKey },
    drives: Object.fromEntries(volumes.map(([volume]) => [volume, { path: mountPoint(volume) }])),
    volumeIds: Object.fromEntries(volumes.map(([volume, { id }]) => [volume, id])),
    instanceId: attached(instance.id),
    privateAddress: attached(instance.privateIp),
    publicAddress: createPublicAddress(name, instance, options, attached),
  };
}

function createPublicAddress(
  name: string,
  instance: aws.ec2.Instance,
  { args, internetAccess, tags, parent }: MachineOptions,
  attached: (address: pulumi.Output<string>) => pulumi.Output<string>,
): pulumi.Output<string> | undefined {
  if ((args.internet ?? "public-addresses") !== "public-addresses") return undefined;
  const given = { domain: "vpc", instance: instance.id, tags: tags(name) };
  return attached(new aws.ec2.Eip(name, given, { parent, dependsOn: internetAccess }).publicIp);
}

function instanceArgs(
  planned: PlannedMachine,
  name: string,
  launch: LaunchSnapshot,
  { args, subnetId, securityGroupIds, placementGroup, instanceProfile, tags }: MachineOptions,
): aws.ec2.InstanceArgs {
  return {
    ...{ ami: launch.image, instanceType: planned.type, subnetId, vpcSecurityGroupIds: securityGroupIds },
    userData: pulumi.secret(launch.userData),
    userDataReplaceOnChange: true,
    placementGroup: placementGroup?.name,
    iamInstanceProfile: instanceProfile?.name,
    // Containers are one hop further away, so a limit of 1 blocks their access to the metadata service.
    metadataOptions: {
      ...{ httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      instanceMetadataTags: "disabled",
    },
    rootBlockDevice: {
      ...{ volumeType: "gp3", volumeSize: planned.rootSizeGiB, encrypted: true, kmsKeyId: args.kmsKeyId },
      ...{ deleteOnTermination: true, tags: tags(`${name}-root`) },
    },
    tags: tags(name),
  };
}

function firstBootUserData(
  { key, generation }: PlannedMachine,
  volumes: readonly (readonly [string, aws.ebs.Volume])[],
  { privateKey, publicKey }: HostKey,
  { args, publicKeys }: MachineOptions,
): pulumi.Output<string> {
  const mounts = pulumi.output(Object.fromEntries(volumes.map(([volume, { id }]) => [mountPoint(volume), id])));
  // The private key could be used to impersonate the machine.
  return pulumi.all([publicKeys, pulumi.secret(privateKey), publicKey, mounts]).apply(([keys, secret, open, ids]) =>
    userData({
      ...{ hostname: key, user: args.user ?? DEFAULT_USER, publicKeys: keys, generation, volumes: ids },
      hostKey: { privateKey: secret, publicKey: open },
      engineVersion: args.engineVersion ?? DEFAULT_ENGINE,
      engineRepository: args.engineRepository ?? DEFAULT_REPOSITORY,
    }),
  );
}

/** The machine's ssh host key. */
class HostKey extends SwarmResource {
  declare readonly privateKey: pulumi.Output<string>;
  declare readonly publicKey: pulumi.Output<string>;

  constructor(name: string, props: { hostname: string }, opts: pulumi.CustomResourceOptions) {
    const secret = pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKey"] });
    super("HostKey", name, { privateKey: undefined, publicKey: undefined, ...props }, secret);
  }
}

/** Records a machine's image and user data until its generation changes, so that newer defaults do not replace it. */
class LaunchSnapshot extends SwarmResource {
  declare readonly image: pulumi.Output<string>;
  declare readonly userData: pulumi.Output<string>;

  constructor(
    name: string,
    props: { image: pulumi.Input<string>; userData: pulumi.Input<string>; generation: string },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("LaunchSnapshot", name, { ...props }, pulumi.mergeOptions(opts, { additionalSecretOutputs: ["userData"] }));
  }
}
