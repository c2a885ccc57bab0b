import type { BucketInputs } from "../../provider/minio/bucket.ts";
import type { ServiceInputs } from "../../provider/service/service-inputs.ts";
import { ANY, type PropertySpec, type ResourceSpec } from "./package-schema.ts";

/**
 * The resources that `pulumi import` accepts. They have all of their inputs in the Engine's format, because no component
 * provides any. New objects are declared with components.
 */
export const IMPORTABLE = {
  Bucket: importable<BucketInputs>("A bucket, as `pulumi import` reads it. Declare new buckets as `MinioBucket`.", {
    bucketName: { type: "string", description: "Name of the bucket." },
    objectLock: { type: "boolean", description: "Whether objects can be locked. Immutable." },
    store: { $ref: ANY, description: "Location of the store." },
    versioning: { type: "boolean", description: "Whether overwritten and deleted objects are kept." },
  }),
  Service: importable<Imported>("A service, as `pulumi import` reads it. Declare new services as `SwarmService`.", {
    immutable: { $ref: ANY, description: "Values that must not change. None after an import." },
    managers: { $ref: ANY, description: "Engines of the Swarm's managers, by host key." },
    nodes: { $ref: ANY, description: "Engines of the nodes that the program manages, by host key." },
    owner: { $ref: ANY, description: "The owning state. None after an import." },
    restartTogether: { $ref: ANY, description: "Fields of the spec that restart all tasks together when they change." },
    spec: { $ref: ANY, description: "The service's spec in the format of the Engine API." },
    swarmId: { type: "string", description: "The Swarm's id." },
    tasks: { type: "integer", description: "Number of tasks to wait for." },
    timeoutSeconds: { type: "integer", description: "How long a change may take, in seconds." },
  }),
} satisfies Record<string, ResourceSpec>;

type Imported = Required<
  Pick<
    ServiceInputs,
    "immutable" | "managers" | "nodes" | "owner" | "restartTogether" | "spec" | "swarmId" | "tasks" | "timeoutSeconds"
  >
>;

function importable<Inputs>(
  description: string,
  properties: Record<keyof Inputs & string, PropertySpec>,
): ResourceSpec {
  const required = Object.keys(properties);
  return { description, inputProperties: properties, requiredInputs: required, properties, required };
}
