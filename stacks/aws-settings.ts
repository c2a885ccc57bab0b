import * as v from "valibot";

/** A word; what looks like a number is one to the config. */
export const stringOrNumber = v.pipe(v.union([v.string(), v.number()]), v.transform(String));

const text = v.optional(v.string());
const flag = v.optional(v.boolean());
const texts = v.optional(v.array(v.string()));
const byKey = v.optional(v.record(v.string(), v.string()));

const volume = v.strictObject({
  sizeGiB: v.optional(v.number()),
  iops: v.optional(v.number()),
  throughput: v.optional(v.number()),
});

const like = {
  type: text,
  rootSizeGiB: v.optional(v.number()),
  volumes: v.optional(v.record(v.string(), volume)),
  labels: byKey,
};
const machine = v.strictObject({ ...like, zone: v.string(), generation: v.optional(stringOrNumber) });
const machines = v.record(v.string(), machine);

/**
 * The machines of an environment on AWS, as `AwsHosts` takes them; what each is: `components/aws/args.ts`. The
 * ports that are opened are those of the store, and a load balancer is for programs of your own.
 */
export const awsSettings = v.strictObject({
  managers: machines,
  workers: v.optional(machines),
  defaults: v.optional(v.strictObject(like)),
  /** A VPC to make. */
  network: v.optional(v.strictObject({ cidr: text, subnets: byKey })),
  /** One that is there, instead of it. */
  existingNetwork: v.optional(v.strictObject({ vpcId: v.string(), subnetIds: v.record(v.string(), v.string()) })),
  internet: v.optional(v.picklist(["public-addresses", "nat", "nat-per-zone"])),
  allowFrom: v.optional(v.strictObject({ s3: texts, console: texts, ssh: texts })),
  allowAnywhere: v.optional(v.array(v.picklist(["console", "ssh"]))),
  publicKeys: v.optional(v.array(v.string()), []),
  /** Files with such keys, on the machine that Pulumi runs on. */
  publicKeyFiles: v.optional(v.array(v.string()), []),
  sshVia: v.optional(v.picklist(["public-address", "private-address", "session-manager"])),
  ...{ user: text, identityFile: text, jumpHost: text, jumpHostKey: text, imageParameter: text, kmsKeyId: text },
  ...{ engineVersion: text, engineRepository: text, tags: byKey },
  ...{ sessionManager: flag, spreadPlacement: flag, allowZoneOutage: flag, allowDataLoss: flag },
});
