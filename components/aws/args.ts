import type * as pulumi from "@pulumi/pulumi";

/** What outside the machines may be opened to. */
export type OpenPort = "s3" | "console" | "ssh";

/** A data volume: EBS gp3, encrypted, mounted at `/mnt/<its key>`. */
export interface AwsVolumeArgs {
  /**
   * In GiB. A volume may grow, never shrink.
   * @default 100
   */
  sizeGiB?: pulumi.Input<number>;
  /**
   * Operations a second.
   * @default 3000
   */
  iops?: pulumi.Input<number>;
  /**
   * In MiB/s.
   * @default 125
   */
  throughput?: pulumi.Input<number>;
}

/** What a machine is like; `defaults` says it for all of them. */
export interface AwsMachineDefaults {
  /**
   * Instance type, with at least 2 GiB of memory. Another one stops the machine, and starts it as the new type.
   * @default "m7i-flex.large"
   */
  type?: pulumi.Input<string>;
  /**
   * Size of the root volume, which has no data and goes with the machine, in GiB.
   * @default 20
   */
  rootSizeGiB?: pulumi.Input<number>;
  /**
   * Data volumes by key, which are the host's drives for MinIO. They outlive the machine. A machine mounts those that
   * it was made with: to give it another one, change its `generation` too.
   *
   * @default { d1: {} }
   */
  volumes?: Record<string, AwsVolumeArgs>;
  /**
   * Labels of its Swarm node.
   * @default - none
   */
  labels?: Record<string, string>;
}

/** One EC2 instance. */
export interface AwsMachineArgs extends AwsMachineDefaults {
  /**
   * Its availability zone, also the host's failure domain. For life: volumes cannot move.
   * @example "eu-central-1a"
   */
  zone: string;
  /**
   * Another text makes the machine anew, from the newest image and with the newest instructions; its data volumes stay.
   * Without that neither a newer image nor a newer release of this package touches a machine.
   *
   * @default "1"
   */
  generation?: string;
}

/** A VPC that is there already. */
export interface ExistingNetwork {
  /** Its id. */
  vpcId: pulumi.Input<string>;
  /** The subnet for the machines of each zone. */
  subnetIds: Record<string, pulumi.Input<string>>;
}

/** A VPC to make, with subnets in every zone that has a machine. */
export interface NewNetwork {
  /**
   * Its addresses, IPv4 in CIDR form, from /16 to /24. The subnets are sixteenths of it, by the zones' letters.
   * @default "10.60.0.0/16"
   */
  cidr?: string;
  /**
   * Subnets for the machines by zone, instead of those that would be carved out.
   * @default - none
   * @example { "eu-central-1a": "10.60.7.0/24" }
   */
  subnets?: Record<string, string>;
}

/** A network load balancer in front of what the machines publish: an S3 gateway, or the store itself. */
export interface AwsLoadBalancerArgs {
  /** TCP ports, the same on the load balancer and on the machines. */
  ports: number[];
  /** Who may use it, by CIDR. */
  from: pulumi.Input<string>[];
  /**
   * Keys of the machines behind it.
   * @default - all of them
   */
  machines?: string[];
  /**
   * Whether it has addresses of the VPC alone.
   * @default false
   */
  internal?: boolean;
  /**
   * Its subnets. With an existing network whose machines have no public addresses, one that is not internal needs them.
   * @default - the public subnets, or those of the machines
   */
  subnetIds?: pulumi.Input<string>[];
}

export interface AwsMachinesArgs {
  /** The Swarm's managers, by your names for them: lowercase DNS labels. Identity: a name outlives a machine. */
  managers: Record<string, AwsMachineArgs>;
  /**
   * Its workers, in the same way.
   * @default - none
   */
  workers?: Record<string, AwsMachineArgs>;
  /**
   * What holds for every machine that does not say otherwise.
   * @default - nothing
   */
  defaults?: AwsMachineDefaults;
  /**
   * The VPC: one to make, or one that is there.
   * @default - one is made, 10.60.0.0/16
   */
  network?: NewNetwork | ExistingNetwork;
  /**
   * How machines reach the internet. With `public-addresses` each has an address of its own that stays with its name.
   * With `nat` none has, and all go out by one NAT gateway; with `nat-per-zone` by one in each zone. In an existing
   * network both of these leave the way out to its own routes.
   *
   * @default "public-addresses"
   */
  internet?: "public-addresses" | "nat" | "nat-per-zone";
  /**
   * Who may come in from outside, by CIDR.
   * @default - nobody
   * @example { s3: ["198.51.100.0/24"], ssh: ["192.0.2.7/32"] }
   */
  allowFrom?: Partial<Record<OpenPort, pulumi.Input<string>[]>>;
  /**
   * What may be opened to all of the internet, if `allowFrom` says so. S3 needs no such word: its requests are signed.
   * @default - nothing
   */
  allowAnywhere?: Exclude<OpenPort, "s3">[];
  /**
   * The ports that S3 and the console are published on.
   * @default { s3: 9000, console: 9001 }
   */
  ports?: {
    /** Of the S3 API. */
    s3?: number;
    /** Of the console. */
    console?: number;
  };
  /**
   * Public keys that may log in by ssh, as in `~/.ssh/id_ed25519.pub`. Machines get them when they are made.
   * @example ["ssh-ed25519 AAAAC3Nza… me"]
   */
  publicKeys: pulumi.Input<string>[];
  /**
   * The user of the image that they log in as.
   * @default "ubuntu"
   */
  user?: string;
  /**
   * Whether AWS Session Manager is a way in. The machines then get a role that may do just that; without it they have
   * none. The image must bring its agent, as Ubuntu's does.
   *
   * @default true
   */
  sessionManager?: boolean;
  /**
   * Name of the public SSM parameter with the id of the image: Debian, Ubuntu, or what is made from them. Looked at
   * when a machine is made, and never again for that machine (see `generation`).
   *
   * @default "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
   */
  imageParameter?: pulumi.Input<string>;
  /**
   * Version of Docker Engine that machines get when they are made.
   * @default "28.5.2"
   */
  engineVersion?: string;
  /**
   * Where Docker's packages come from: `<there>/<debian or ubuntu>` is the repository.
   * @default "https://download.docker.com/linux"
   */
  engineRepository?: string;
  /**
   * KMS key for the volumes.
   * @default - the account's own key for EBS
   */
  kmsKeyId?: pulumi.Input<string>;
  /**
   * A network load balancer in front of the machines.
   * @default - none
   */
  loadBalancer?: AwsLoadBalancerArgs;
  /**
   * Whether EC2 keeps managers on different hardware, and workers in partitions that share none. Of some types it has
   * not the room for that. For life: another answer makes machines anew.
   *
   * @default true
   */
  spreadPlacement?: boolean;
  /**
   * Whether the loss of one zone may take the managers' quorum, as it does with one manager, or with three in two zones.
   * @default false
   */
  allowZoneOutage?: boolean;
  /**
   * Whether data volumes may be deleted or replaced. Without it every preview that would do so is refused. It holds once
   * an update has said so: first that, then what deletes them.
   *
   * @default false
   */
  allowDataLoss?: boolean;
  /**
   * Tags of everything that is made.
   * @default - the name of the component, and of each thing
   */
  tags?: Record<string, pulumi.Input<string>>;
}

/** How the machines are reached, beside what they are. */
export interface AwsHostsArgs extends AwsMachinesArgs {
  /**
   * How ssh reaches the machines: by their public or private addresses, or by Session Manager. The last goes by the
   * instance's id, and `~/.ssh/config` says how: `Host i-*` with `ProxyCommand aws ssm start-session --target %h
   * --document-name AWS-StartSSHSession --parameters portNumber=%p`.
   *
   * @default - "public-address" where machines have one and `allowFrom.ssh` is given, else "session-manager"
   */
  sshVia?: "public-address" | "private-address" | "session-manager";
  /**
   * File with the private key of one of `publicKeys`, on the machine that Pulumi runs on.
   * @default - the keys of the agent and of `~/.ssh`
   */
  identityFile?: pulumi.Input<string>;
  /**
   * Machine by way of which private addresses are reached: `[user@]host[:port]`.
   * @default - none
   */
  jumpHost?: pulumi.Input<string>;
  /**
   * Public key of the jump host.
   * @default - what `known_hosts` says
   */
  jumpHostKey?: pulumi.Input<string>;
  /**
   * How long a machine may take from its start until its engine answers, in seconds.
   * @default 900
   */
  timeoutSeconds?: pulumi.Input<number>;
}
