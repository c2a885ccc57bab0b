import type * as pulumi from "@pulumi/pulumi";
import type { MinioTls } from "../minio/security/tls.ts";
import type { TaskLimits } from "../service/task-limits.ts";

/** A drive of every member of a pool, each a PersistentVolumeClaim. */
export interface KubernetesDrive {
  /** Size as a Kubernetes quantity, such as `100Gi`. Immutable; grow the claims themselves instead. */
  size: string;

  /**
   * Storage class of the volumes. MinIO recommends local disks with XFS; replicated storage only adds cost.
   * @default - the cluster's default class
   */
  storageClass?: string;
}

/** A server pool, run by one StatefulSet. The drives of its members form erasure sets. */
export interface KubernetesPool {
  /**
   * Number of pods. They are spread evenly over the nodes: one on each if there are enough. Immutable.
   */
  members: number;

  /**
   * Drives of each member by key. Immutable.
   * @default - the store's `drives`
   */
  drives?: Record<string, KubernetesDrive>;
}

/**
 * Arguments of the same name as in `MinioServiceArgs` have the same meaning.
 *
 * @example
 * // Four pods with two volumes each, one store, reachable within the cluster.
 * new KubernetesMinio("store", {
 *   namespace: "storage",
 *   pools: { main: { members: 4 } },
 *   drives: { d1: { size: "100Gi" }, d2: { size: "100Gi" } },
 * });
 */
export interface KubernetesMinioArgs extends Omit<TaskLimits, "logMaxSizeMiB" | "logMaxFiles"> {
  /**
   * An existing namespace. It can enforce the Pod Security Standard *restricted*. Immutable: it contains the data's
   * volume claims.
   */
  namespace: pulumi.Input<string>;

  /**
   * Server pools by key. Together they are one store: new objects go to the pool with the most free space. Pools cannot
   * be changed or removed; to grow the store, add one. MinIO orders pools by key and does not allow the order to change,
   * so a new pool's key must sort after the existing ones.
   * @example { "2026": { members: 4 }, "2027": { members: 8, drives: { d1: { size: "2Ti" } } } }
   */
  pools: Record<string, KubernetesPool>;

  /**
   * Drives of each member, by key, for pools that do not set their own.
   * @default - none: every pool must set its own
   * @example { d1: { size: "100Gi", storageClass: "local-xfs" } }
   */
  drives?: Record<string, KubernetesDrive>;

  /**
   * Name of the store in its namespace and of its Service for clients: a lowercase DNS label that begins with a letter. A
   * pool's StatefulSet is called `<serviceName>-<pool>`, a member `<serviceName>-<pool>-<number>`. Immutable.
   * @default - the component's name
   */
  serviceName?: string;

  /**
   * Image of MinIO by tag and digest.
   * @default - `DEFAULT_MINIO_IMAGE`: Silo, the maintained fork of MinIO
   */
  image?: pulumi.Input<string>;

  /**
   * Name of the root user, 3 to 64 letters, digits and `._-`.
   * @default - a generated name
   */
  rootUser?: pulumi.Input<string>;

  /**
   * Password of the root user, 8 to 128 printable ASCII characters without spaces and colons. Pass a secret. Changing it
   * rotates the password, as with `rootPasswordGeneration`. If it is omitted later, the password stays.
   * @default - a generated password
   * @example new pulumi.Config().requireSecret("rootPassword")
   */
  rootPassword?: pulumi.Input<string>;

  /**
   * Any new value generates a new root password. All members restart at once, a short outage, and MinIO rejects the old
   * password from then on; users and policies stay. Not together with `rootPassword`.
   * @default - the password stays
   * @example "2026-11"
   */
  rootPasswordGeneration?: pulumi.Input<string>;

  /**
   * TLS for clients and between members. `{}` generates certificates, signed by the store's own authority (the output
   * `caCertificate`, which clients must trust). An existing certificate must name every member
   * (`<serviceName>-<pool>-<number>.<serviceName>-peers`), `localhost`, and the names that clients use.
   * @default - plain HTTP
   * @example { names: ["s3.example.com"] }
   */
  tls?: MinioTls;

  /**
   * Whether clients outside the cluster can reach the store. The Service for clients is then of type LoadBalancer.
   * @default false
   */
  expose?: boolean;

  /**
   * Port of the S3 API at the load balancer. Within the cluster it is always 9000.
   * @default 9000
   */
  port?: number;

  /**
   * Port of the console at the load balancer. Within the cluster it is always 9001.
   * @default 9001
   */
  consolePort?: number;

  /**
   * Further settings of MinIO: variables that begin with `MINIO_`. Not for secrets: anyone who can read pods can read them.
   * @default - none
   * @example { MINIO_REGION: "eu-central-1" }
   */
  environment?: Record<string, pulumi.Input<string>>;

  /**
   * Labels that a node must have to run a member.
   * @default - any node
   * @example { "example.com/disks": "local" }
   */
  nodeSelector?: Record<string, pulumi.Input<string>>;

  /**
   * Time a member has to finish its requests before it is killed, in seconds. MinIO itself waits up to 30.
   * @default 60
   */
  stopGraceSeconds?: pulumi.Input<number>;

  /**
   * Maximum time until every member answers after a create or update, in seconds.
   * @default 600
   */
  timeoutSeconds?: number;
}
