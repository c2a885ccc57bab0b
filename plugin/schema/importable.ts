import type { BucketInputs } from "../../provider/minio/bucket.ts";
import type { UserInputs } from "../../provider/minio/user.ts";
import type { NetworkInputs } from "../../provider/networks/network.ts";
import type { ServiceInputs } from "../../provider/service/service-inputs.ts";
import type { ClusterInputs, ClusterState } from "../../provider/swarm/cluster-inputs.ts";
import { ANY, type PropertySpec, TYPE_REF } from "../../core/argument-types.ts";
import type { ResourceSpec } from "./package-schema.ts";

const MANAGERS: PropertySpec = { $ref: ANY, description: "Engines of the Swarm's managers, by host key." };
const OWNER: PropertySpec = { $ref: ANY, description: "The owning state. None after an import." };
const STORE: PropertySpec = { $ref: ANY, description: "Location of the store." };
const SWARM_ID: PropertySpec = { type: "string", description: "The Swarm's id." };

/**
 * The resources that `pulumi import` accepts. They have all of their inputs in the Engine's format, because no component
 * provides any. New objects are declared with components.
 */
export const IMPORTABLE = {
  Bucket: importable<ImportedBucket>(
    "A bucket, as `pulumi import` reads it. Declare new buckets as `MinioBucket`.",
    {
      bucketName: { type: "string", description: "Name of the bucket." },
      objectLock: { type: "boolean", description: "Whether objects can be locked. Immutable." },
      store: STORE,
      versioning: { type: "boolean", description: "Whether overwritten and deleted objects are kept." },
    },
    {
      optional: {
        lifecycle: {
          type: "object",
          additionalProperties: { $ref: `${TYPE_REF}swarm:index:BucketLifecycleRule` },
          description: "All lifecycle rules of the bucket, by name.",
        },
        quotaMiB: { type: "number", description: "Maximum size of the bucket, in MiB." },
      } satisfies OptionalProperties<BucketInputs>,
    },
  ),
  Cluster: importable<ImportedCluster>(
    "A Swarm, as `pulumi import` reads it. It is never created, and never left. Declare new Swarms as `Swarm`.",
    {
      addressPools: {
        type: "array",
        items: { type: "string" },
        description: "Address pools of overlay networks, in CIDR form. Immutable.",
      },
      adopt: { type: "boolean", description: "Always true: the Swarm was not created by Pulumi." },
      autolock: { type: "boolean", description: "Whether a manager needs the unlock key after a restart." },
      certificateExpiryDays: { type: "number", description: "Lifetime of the nodes' certificates, in days." },
      dataPathPort: { type: "integer", description: "UDP port of overlay networks. Immutable." },
      managers: MANAGERS,
      owner: OWNER,
      subnetSize: { type: "integer", description: "Prefix length of the subnets of overlay networks. Immutable." },
      taskHistoryLimit: { type: "integer", description: "Number of ended tasks that are kept for each replica." },
    },
    {
      optional: {
        joinTokenGeneration: { type: "string", description: "A new value rotates the join tokens." },
      } satisfies OptionalProperties<ClusterInputs>,
      outputs: {
        joinTokens: {
          type: "object",
          additionalProperties: { type: "string" },
          secret: true,
          description: "Tokens with which nodes join: `worker` and `manager`.",
        },
        swarmId: SWARM_ID,
        unlockKey: { type: "string", secret: true, description: "Key that unlocks a manager. Empty without autolock." },
      } satisfies OptionalProperties<ClusterState>,
    },
  ),
  Network: importable<NetworkInputs>(
    "A network, as `pulumi import` reads it. Declare new networks as `OverlayNetwork`.",
    {
      managers: MANAGERS,
      spec: { $ref: ANY, description: "The network in the format of the Engine API. A change replaces the network." },
      swarmId: SWARM_ID,
    },
  ),
  Service: importable<ImportedService>(
    "A service, as `pulumi import` reads it. Declare new services as `SwarmService`.",
    {
      immutable: { $ref: ANY, description: "Values that must not change. None after an import." },
      managers: MANAGERS,
      nodes: { $ref: ANY, description: "Engines of the nodes that the program manages, by host key." },
      owner: OWNER,
      restartTogether: {
        $ref: ANY,
        description: "Fields of the spec that restart all tasks together when they change.",
      },
      spec: { $ref: ANY, description: "The service's spec in the format of the Engine API." },
      swarmId: SWARM_ID,
      tasks: { type: "integer", description: "Number of tasks to wait for." },
      timeoutSeconds: { type: "integer", description: "How long a change may take, in seconds." },
    },
  ),
  User: importable<ImportedUser>(
    "A user of a store, as `pulumi import` reads it. Its secret key stays until one is given. Declare new users as `MinioUser`.",
    {
      accessKey: { type: "string", description: "Access key (user name). Immutable." },
      enabled: { type: "boolean", description: "Whether the store accepts the user's keys." },
      policies: { type: "array", items: { type: "string" }, description: "Names of the user's policies." },
      store: STORE,
    },
    {
      optional: {
        generation: { type: "string", description: "A new value generates a new secret key." },
        secretKey: { type: "string", secret: true, description: "Secret key, at least 8 characters." },
      } satisfies OptionalProperties<UserInputs>,
    },
  ),
} satisfies Record<string, ResourceSpec>;

type ImportedBucket = Required<Pick<BucketInputs, "bucketName" | "objectLock" | "store" | "versioning">>;

type ImportedCluster = Required<
  Pick<
    ClusterInputs,
    | "addressPools"
    | "adopt"
    | "autolock"
    | "certificateExpiryDays"
    | "dataPathPort"
    | "managers"
    | "owner"
    | "subnetSize"
    | "taskHistoryLimit"
  >
>;

type ImportedService = Required<
  Pick<
    ServiceInputs,
    "immutable" | "managers" | "nodes" | "owner" | "restartTogether" | "spec" | "swarmId" | "tasks" | "timeoutSeconds"
  >
>;

type ImportedUser = Required<Pick<UserInputs, "accessKey" | "enabled" | "policies" | "store">>;

type OptionalProperties<State> = { [Key in keyof State & string]?: PropertySpec };

/**
 * Returns the schema of a resource with these properties.
 *
 * @param properties the inputs that an import sets; they are outputs too
 * @param more inputs that users may add, and other outputs
 */
function importable<Inputs>(
  description: string,
  properties: Record<keyof Inputs & string, PropertySpec>,
  more: { optional?: Record<string, PropertySpec>; outputs?: Record<string, PropertySpec> } = {},
): ResourceSpec {
  const { optional = {}, outputs = {} } = more;
  const required = Object.keys(properties);
  return {
    description,
    inputProperties: { ...properties, ...optional },
    requiredInputs: required,
    properties: { ...properties, ...optional, ...outputs },
    required: [...required, ...Object.keys(outputs)],
  };
}
