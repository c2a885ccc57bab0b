import type * as pulumi from "@pulumi/pulumi";
import type { AwsMachineArgs, AwsMachineDefaults } from "./machine-args.ts";

/** A service of the machines that can be opened to the outside. */
export type OpenPort = "s3" | "console" | "ssh";

/** An existing VPC. */
export interface ExistingNetwork {
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Subnet ids for the machines, by zone. */
  subnetIds: Record<string, pulumi.Input<string>>;
}

/** A VPC to create, with subnets in every zone that has a machine. */
export interface NewNetwork {
  /**
   * Address range, an IPv4 CIDR from /16 to /24. Each subnet is a sixteenth of it, chosen by the zone's letter.
   * @default "10.60.0.0/16"
   */
  cidr?: string;
  /**
   * Address ranges of the machines' subnets, by zone.
   * @default - sixteenths of `cidr`
   * @example { "eu-central-1a": "10.60.7.0/24" }
   */
  subnets?: Record<string, string>;
}

/** A network load balancer in front of ports that the machines publish, of an S3 gateway or of the store. */
export interface AwsLoadBalancerArgs {
  /** TCP ports, the same on the load balancer and on the machines. */
  ports: number[];
  /** Address ranges of clients, as CIDRs. */
  from: pulumi.Input<string>[];
  /**
   * Keys of the machines behind it.
   * @default - all machines
   */
  machines?: string[];
  /**
   * Whether the load balancer has only private addresses.
   * @default false
   */
  internal?: boolean;
  /**
   * Ids of the load balancer's subnets. Required if it is public and the network is an existing one in which the
   * machines have no public addresses.
   * @default - the public subnets; the machines' own if it is internal
   */
  subnetIds?: pulumi.Input<string>[];
}

export interface AwsMachinesArgs {
  /** Managers of the Swarm by key, a lowercase DNS label. The key is the host's identity and outlives the machine. */
  managers: Record<string, AwsMachineArgs>;
  /**
   * Workers of the Swarm by key.
   * @default - none
   */
  workers?: Record<string, AwsMachineArgs>;
  /**
   * Properties of all machines that do not set their own.
   * @default - none
   */
  defaults?: AwsMachineDefaults;
  /**
   * The VPC: one to create, or an existing one.
   * @default - a new one, 10.60.0.0/16
   */
  network?: NewNetwork | ExistingNetwork;
  /**
   * How machines reach the internet. `public-addresses`: each machine has a public address, which stays with its key.
   * `nat`: machines have no public addresses and use one NAT gateway; `nat-per-zone`: one in each zone. With an
   * existing network, the last two use the network's own routes.
   *
   * @default "public-addresses"
   */
  internet?: "public-addresses" | "nat" | "nat-per-zone";
  /**
   * Address ranges that can reach the machines from outside, as CIDRs, by service.
   * @default - none
   * @example { s3: ["198.51.100.0/24"], ssh: ["192.0.2.7/32"] }
   */
  allowFrom?: Partial<Record<OpenPort, pulumi.Input<string>[]>>;
  /**
   * Services that `allowFrom` may open to the whole internet. S3 does not need this: its requests are signed.
   * @default - none
   */
  allowAnywhere?: Exclude<OpenPort, "s3">[];
  /**
   * Published ports of the S3 API and the console.
   * @default { s3: 9000, console: 9001 }
   */
  ports?: {
    /** Port of the S3 API. */
    s3?: number;
    /** Port of the console. */
    console?: number;
  };
  /**
   * Public keys for ssh login, as in `~/.ssh/id_ed25519.pub`. A machine gets them when it is created.
   * @example ["ssh-ed25519 AAAAC3Nza… me"]
   */
  publicKeys: pulumi.Input<string>[];
  /**
   * User of the image to log in as.
   * @default "ubuntu"
   */
  user?: string;
  /**
   * Whether machines can be reached by AWS Session Manager. If so, they get an IAM role with only the permissions for
   * this; otherwise they have no role. The image must contain its agent, as Ubuntu's does.
   *
   * @default true
   */
  sessionManager?: boolean;
  /**
   * Name of the public SSM parameter with the id of the image: Debian, Ubuntu, or a derivative. Read only when a machine
   * is created (see `generation`).
   *
   * @default "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
   */
  imageParameter?: pulumi.Input<string>;
  /**
   * Version of Docker Engine, installed when a machine is created.
   * @default "28.5.2"
   */
  engineVersion?: string;
  /**
   * Base URL of Docker's package repositories, without the final `/debian` or `/ubuntu`.
   * @default "https://download.docker.com/linux"
   */
  engineRepository?: string;
  /**
   * Id or ARN of the KMS key for the volumes.
   * @default - the account's default key for EBS
   */
  kmsKeyId?: pulumi.Input<string>;
  /**
   * A network load balancer in front of the machines.
   * @default - none
   */
  loadBalancer?: AwsLoadBalancerArgs;
  /**
   * Whether to place managers on different hardware (a spread placement group), and workers in partitions that share no
   * hardware. EC2 may lack the capacity for some instance types. Changing it replaces machines.
   *
   * @default true
   */
  spreadPlacement?: boolean;
  /**
   * Whether to allow layouts in which the managers lose their quorum with one zone, such as one manager, or three in
   * two zones.
   * @default false
   */
  allowZoneOutage?: boolean;
  /**
   * Whether data volumes can be deleted or replaced. If not, a preview that would do so fails. Set it in a separate
   * `up`, before the change that deletes volumes.
   *
   * @default false
   */
  allowDataLoss?: boolean;
  /**
   * Tags of all resources.
   * @default - `Name`, the resource's name, and `pulumi-swarm`, the component's name
   */
  tags?: Record<string, pulumi.Input<string>>;
}

/** Arguments of `AwsHosts`: the machines, and how ssh reaches them. */
export interface AwsHostsArgs extends AwsMachinesArgs {
  /**
   * How ssh reaches the machines: by their public or private addresses, or by Session Manager. Session Manager uses the
   * instance's id as host name and needs an entry in `~/.ssh/config`: `Host i-*` with `ProxyCommand aws ssm
   * start-session --target %h --document-name AWS-StartSSHSession --parameters portNumber=%p`.
   *
   * @default - "public-address" if machines have one and `allowFrom.ssh` is given, otherwise "session-manager"
   */
  sshVia?: "public-address" | "private-address" | "session-manager";
  /**
   * File with the private key of one of `publicKeys`, on the machine that runs Pulumi.
   * @default - the keys of the agent and of `~/.ssh`
   */
  identityFile?: pulumi.Input<string>;
  /**
   * Jump host for private addresses: `[user@]host[:port]`.
   * @default - none
   */
  jumpHost?: pulumi.Input<string>;
  /**
   * Public key of the jump host.
   * @default - the key in `known_hosts`
   */
  jumpHostKey?: pulumi.Input<string>;
  /**
   * Maximum time from a machine's start until its engine answers, in seconds. Joining a Swarm has a limit of its own:
   * `timeoutSeconds` of the Swarm.
   * @default 900
   */
  timeoutSeconds?: pulumi.Input<number>;
}
