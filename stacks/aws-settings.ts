import * as v from "valibot";
import { availability, describe, optional, stringMap, stringOrNumber, strings } from "./setting.ts";

const volume = v.strictObject({
  sizeGiB: optional(v.number(), "Size in GiB. A volume can grow but not shrink.", "`100`"),
  iops: optional(v.number(), "I/O operations per second.", "`3000`"),
  throughput: optional(v.number(), "Throughput in MiB/s.", "`125`"),
});

const machineDefaults = {
  type: optional(v.string(), "Instance type, with at least 2 GiB of memory.", "`m7i-flex.large`"),
  rootSizeGiB: optional(v.number(), "Size of the root volume in GiB. It holds no data.", "`20`"),
  volumes: optional(v.record(v.string(), volume), "Data volumes by key; each is a drive of the store.", "`{ d1: {} }`"),
  labels: optional(stringMap, "Labels of the Swarm node.", "none"),
};

const machine = v.strictObject({
  ...machineDefaults,
  zone: describe(v.string(), "Availability zone. Immutable, because volumes cannot move."),
  generation: optional(
    stringOrNumber,
    "A new value recreates the machine from the newest image; its data volumes stay.",
    "`1`",
  ),
  availability,
});
const machines = v.record(v.string(), machine);

const network = v.strictObject({
  cidr: optional(v.string(), "Addresses of the VPC, IPv4 in CIDR form, /16 to /24.", "`10.60.0.0/16`"),
  subnets: optional(stringMap, "Subnets of the machines, by zone.", "sixteenths of `cidr`"),
});

const existingNetwork = v.strictObject({
  vpcId: describe(v.string(), "Id of the VPC."),
  subnetIds: describe(stringMap, "Id of the machines' subnet, by zone."),
});

const allowFrom = v.strictObject({
  s3: optional(strings, "Ranges that may use the S3 API.", "none"),
  console: optional(strings, "Ranges that may use the console.", "none"),
  ssh: optional(strings, "Ranges that may connect by SSH.", "none"),
});

/**
 * The machines of an AWS stack: the arguments of `AwsHosts` (`components/aws/args.ts`). Ports come from the store's
 * settings. A load balancer is available only in programs.
 */
export const awsSettings = v.strictObject({
  managers: describe(machines, "Machines that are Swarm managers, by host key."),
  workers: optional(machines, "Machines that are Swarm workers, by host key.", "none"),
  defaults: optional(v.strictObject(machineDefaults), "Defaults for all machines.", "none"),
  network: optional(network, "The VPC to create.", "one with the addresses `10.60.0.0/16`"),
  existingNetwork: optional(existingNetwork, "An existing VPC to use instead.", "none"),
  internet: optional(
    v.picklist(["public-addresses", "nat", "nat-per-zone"]),
    "How the machines reach the internet.",
    "`public-addresses`",
  ),
  allowFrom: optional(allowFrom, "Addresses in CIDR form that may connect from outside.", "none"),
  allowAnywhere: optional(
    v.array(v.picklist(["console", "ssh"])),
    "Ports that `allowFrom` may open to the whole internet. S3 needs no entry: its requests are signed.",
    "none",
  ),
  publicKeys: v.optional(describe(strings, "Public keys for login by SSH.", { defaultValue: "none" }), []),
  publicKeyFiles: v.optional(
    describe(strings, "Files with public keys, on the machine that runs Pulumi.", { defaultValue: "none" }),
    [],
  ),
  sshVia: optional(
    v.picklist(["public-address", "private-address", "session-manager"]),
    "How SSH reaches the machines.",
    "`public-address` if machines have one and `allowFrom.ssh` is given, else `session-manager`",
  ),
  user: optional(v.string(), "User to log in as.", "`ubuntu`"),
  identityFile: optional(v.string(), "File with the private key.", "the agent's keys and those in `~/.ssh`"),
  jumpHost: optional(v.string(), "Jump host for private addresses: `[user@]host[:port]`.", "none"),
  jumpHostKey: optional(v.string(), "Public key of the jump host.", "from `known_hosts`"),
  imageParameter: optional(v.string(), "Public SSM parameter with the id of the image.", "Ubuntu 24.04, amd64"),
  kmsKeyId: optional(v.string(), "KMS key that encrypts the volumes.", "the account's key for EBS"),
  engineVersion: optional(v.string(), "Docker Engine version of new machines.", "`28.5.2`"),
  engineRepository: optional(v.string(), "Repository of Docker's packages.", "`https://download.docker.com/linux`"),
  tags: optional(stringMap, "Tags of all AWS resources.", "`Name` and `pulumi-swarm`"),
  sessionManager: optional(v.boolean(), "Whether the machines get a role for Session Manager.", "`true`"),
  spreadPlacement: optional(
    v.boolean(),
    "Whether EC2 places managers on different hardware, and workers in separate partitions. Immutable.",
    "`true`",
  ),
  allowZoneOutage: optional(v.boolean(), "Whether the loss of one zone may end the managers' quorum.", "`false`"),
  allowDataLoss: optional(
    v.boolean(),
    "Whether data volumes may be deleted. Run `up` once with it before the change that deletes them.",
    "`false`",
  ),
});
