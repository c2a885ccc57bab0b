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

/** A machine, and what is known of it. */
export interface AwsMachine {
  /** Your name for it. */
  readonly key: string;
  /** What it is to be in a Swarm. */
  readonly role: Role;
  /** Its availability zone. */
  readonly zone: string;
  /** Labels of its node. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its data volumes as a host's drives. */
  readonly drives: Readonly<Record<string, Drive>>;
  /** Ids of its data volumes by key. */
  readonly volumeIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** Known once all its volumes are attached; so are its addresses. */
  readonly instanceId: pulumi.Output<string>;
  /** Its address in the network of the machines. */
  readonly privateAddress: pulumi.Output<string>;
  /** The same for as long as the name is there; absent where machines have none. */
  readonly publicAddress?: pulumi.Output<string>;
  /** The public key by which ssh knows it. */
  readonly hostKey: pulumi.Output<string>;
}

export interface MachineOptions {
  name: string;
  args: AwsMachinesArgs;
  /** Id of the image for machines that are made now; known once the account was found to be as it must be. */
  image: pulumi.Output<string>;
  publicKeys: pulumi.Input<string>[];
  subnetId: pulumi.Input<string>;
  securityGroupIds: pulumi.Input<string>[];
  placementGroup?: aws.ec2.PlacementGroup;
  instanceProfile?: aws.iam.InstanceProfile;
  tags: (name: string) => Record<string, pulumi.Input<string>>;
  /** What must be there before it can reach the internet. */
  internetAccess: pulumi.Resource[];
  parent: pulumi.Resource;
}

/** Makes a machine with its volumes. The volumes are things of their own: the machine comes and goes, they stay. */
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
  const blueprint = new LaunchSnapshot(
    `${name}-blueprint`,
    { image, userData: firstBootUserData(planned, volumes, hostKey, options), generation: planned.generation },
    { parent },
  );
  const instance = new aws.ec2.Instance(name, instanceArgs(planned, name, blueprint, options), {
    parent,
    dependsOn: options.internetAccess,
    // Its volumes can be attached to one machine only, and its name is one machine's in the Swarm.
    deleteBeforeReplace: true,
  });
  const devices = deviceNames(planned.volumes);
  const attachments = volumes.map(
    ([volume, { id }]) =>
      new aws.ec2.VolumeAttachment(
        `${name}-${volume}`,
        {
          ...{ instanceId: instance.id, volumeId: id, deviceName: devices[volume] ?? "" },
          // What is mounted can only be taken away from a machine that has stopped.
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
  blueprint: LaunchSnapshot,
  { args, subnetId, securityGroupIds, placementGroup, instanceProfile, tags }: MachineOptions,
): aws.ec2.InstanceArgs {
  return {
    ...{ ami: blueprint.image, instanceType: planned.type, subnetId, vpcSecurityGroupIds: securityGroupIds },
    userData: pulumi.secret(blueprint.userData),
    userDataReplaceOnChange: true,
    placementGroup: placementGroup?.name,
    iamInstanceProfile: instanceProfile?.name,
    // Containers are one hop further away than the machine itself.
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
  // Whoever has the private key can pass for the machine.
  return pulumi.all([publicKeys, pulumi.secret(privateKey), publicKey, mounts]).apply(([keys, secret, open, ids]) =>
    userData({
      ...{ hostname: key, user: args.user ?? DEFAULT_USER, publicKeys: keys, generation, volumes: ids },
      hostKey: { privateKey: secret, publicKey: open },
      engineVersion: args.engineVersion ?? DEFAULT_ENGINE,
      engineRepository: args.engineRepository ?? DEFAULT_REPOSITORY,
    }),
  );
}

/** The key by which ssh knows the machine. */
class HostKey extends SwarmResource {
  declare readonly privateKey: pulumi.Output<string>;
  declare readonly publicKey: pulumi.Output<string>;

  constructor(name: string, props: { hostname: string }, opts: pulumi.CustomResourceOptions) {
    const secret = pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKey"] });
    super("HostKey", name, { privateKey: undefined, publicKey: undefined, ...props }, secret);
  }
}

/** What the machine is made from, kept while its generation is the same. */
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
