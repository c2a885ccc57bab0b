import type * as pulumi from "@pulumi/pulumi";
import type { MinioTls } from "../minio/security/tls.ts";
import type { TaskLimits } from "../service/task-limits.ts";

/** A drive of every member of a pool: a PersistentVolumeClaim each. */
export interface KubernetesDrive {
  /** How large, as Kubernetes writes it. It stays as it is: what holds the data is a claim, which is grown by itself. */
  size: string;

  /**
   * Class of the volumes. MinIO wants disks of the node itself, by XFS: a class that replicates does so in vain.
   * @default - the cluster's own choice
   */
  storageClass?: string;
}

/** Members that together hold erasure sets of their own: one StatefulSet. */
export interface KubernetesPool {
  /**
   * How many pods. They are spread over the nodes as evenly as can be: with as many nodes, one on each. It stays as it
   * is once the pool is formed.
   */
  members: number;

  /**
   * Drives of each member, by your names for them. They stay as they are once the pool is formed.
   * @default - those of the store
   */
  drives?: Record<string, KubernetesDrive>;
}

/**
 * What is named as in `MinioServiceArgs` is the same.
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
   * The namespace that it is in, which is there already. It may enforce the Pod Security Standard *restricted*. It
   * stays for life: the claims of the data are in it.
   */
  namespace: pulumi.Input<string>;

  /**
   * Pools by key. Together they are one store: a new object goes to the pool with the most room. A pool is for life as
   * it was formed; another one beside it is how a store grows. MinIO keeps its pools in order, which is that of their
   * keys: give a further pool a key that sorts after the former ones.
   * @example { "2026": { members: 4 }, "2027": { members: 8, drives: { d1: { size: "2Ti" } } } }
   */
  pools: Record<string, KubernetesPool>;

  /**
   * Drives of each member of all pools that name none of their own.
   * @default - none: then each pool names its own
   * @example { d1: { size: "100Gi", storageClass: "local-xfs" } }
   */
  drives?: Record<string, KubernetesDrive>;

  /**
   * Name of the store in its namespace, a lowercase DNS label that begins with a letter. The Service for clients has
   * it; a pool's StatefulSet is `<serviceName>-<pool>`, a member `<serviceName>-<pool>-<number>`. It stays for life.
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
   * Password of the root user, 8 to 128 printable ASCII characters without spaces and colons. Give it as a secret.
   * Another password here is a rotation, as with `rootPasswordGeneration`. When the argument is left out again, the
   * password stays.
   * @default - a generated password
   * @example new pulumi.Config().requireSecret("rootPassword")
   */
  rootPassword?: pulumi.Input<string>;

  /**
   * Another text here generates another root password; not together with `rootPassword`. All members restart at once, a short outage, and the former
   * password is refused from then on; users and policies stay.
   * @default - the password stays
   * @example "2026-11"
   */
  rootPasswordGeneration?: pulumi.Input<string>;

  /**
   * TLS for everybody who speaks to the store, its members among themselves included: `true` or settings for
   * certificates of an authority of its own (output `caCertificate`: what clients are to trust), or a certificate from
   * elsewhere. One of elsewhere names every member (`<serviceName>-<pool>-<number>.<serviceName>-peers`), `localhost`,
   * and what clients call the store.
   * @default - plain HTTP
   * @example { names: ["s3.example.com"] }
   */
  tls?: MinioTls;

  /**
   * Whether the store is reached from outside of the cluster: then the Service for clients is of type LoadBalancer.
   * @default false
   */
  expose?: boolean;

  /**
   * Port of the S3 API at the load balancer. Inside the cluster it is always 9000.
   * @default 9000
   */
  port?: number;

  /**
   * Port of the console at the load balancer. Inside the cluster it is always 9001.
   * @default 9001
   */
  consolePort?: number;

  /**
   * Further settings of MinIO, variables that begin with `MINIO_`. Not for secrets: who may read pods reads them.
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
   * Time a member has to end what it is doing before it is killed, in seconds. MinIO itself takes up to 30.
   * @default 60
   */
  stopGraceSeconds?: pulumi.Input<number>;

  /**
   * How long a create or an update may take until every member answers, in seconds.
   * @default 600
   */
  timeoutSeconds?: number;
}
