import * as pulumi from "@pulumi/pulumi";
import { onlyChildOptions, SwarmComponent } from "../../shared/component.ts";
import { SwarmResource } from "../../shared/resource.ts";
import { validateWhenKnown, knownValue } from "../../shared/inputs.ts";
import { throwIfInvalid } from "../../../core/input-validation-error.ts";
import { validateBucket, validateBucketName } from "../validation/buckets-and-users.ts";
import type { BucketLifecycleRule } from "../../../core/bucket-lifecycle.ts";
import type { MinioService } from "../minio-service.ts";
import { rejectWrongArguments } from "../../shared/reject-arguments.ts";
import { rejectIssues } from "../../shared/invalid-input.ts";

/** Arguments of `MinioBucket`. */
export interface MinioBucketArgs {
  /** The store that holds the bucket. */
  store: MinioService;

  /**
   * Name of the bucket: 3 to 63 lowercase letters, digits, hyphens and inner dots. Changing it creates another bucket; the
   * old one is deleted only if it is empty and was created by this resource.
   * @default - the resource's name
   */
  bucketName?: pulumi.Input<string>;

  /**
   * Whether overwritten and deleted objects are kept as earlier versions.
   * @default - the value of `objectLock`
   */
  versioning?: pulumi.Input<boolean>;

  /**
   * Whether objects can be locked against deletion (write once, read many). Immutable.
   * Plain: the preview checks it.
   * @default false
   */
  objectLock?: boolean;

  /**
   * Lifecycle rules by name: all rules of the bucket, replacing those that were set with `mc`. `{}` removes all.
   * Removing the argument removes its rules.
   * Plain: the preview checks it.
   * @default - the bucket's rules stay as they are
   * @example { tmp: { prefix: "tmp/", expirationDays: 7 }, old: { noncurrentVersionExpirationDays: 30 } }
   */
  lifecycle?: Record<string, BucketLifecycleRule>;

  /**
   * Maximum size of the bucket with all versions, in MiB: MinIO rejects writes beyond it. It measures the bucket from time
   * to time, so the bucket may become somewhat larger. Removing the argument removes the quota.
   * Plain: the preview checks it.
   * @default - the bucket's quota stays as it is; a new bucket has none
   */
  quotaMiB?: number;
}

/**
 * A bucket of a store. An existing bucket of this name is adopted. Destroying the resource deletes the bucket only if
 * this resource created it and it is empty; otherwise the bucket stays, with a warning.
 *
 * @example
 * new MinioBucket("photos", { store, versioning: true, lifecycle: { old: { noncurrentVersionExpirationDays: 30 } } });
 */
export class MinioBucket extends SwarmComponent {
  /** The bucket's name in the store. */
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: MinioBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("MinioBucket", name, args);
    const { store, bucketName = name, objectLock = false, versioning = objectLock, lifecycle, quotaMiB } = args;
    const subject = `MinioBucket "${name}"`;
    const settings = { objectLock, lifecycle, quotaMiB };
    const known = { bucketName: knownValue(bucketName), versioning: knownValue(versioning), ...settings };
    rejectIssues(subject, validateBucket(known));
    super("MinioBucket", name, args, opts);
    const bucket = new Bucket(
      name,
      {
        store: store.connection.address,
        bucketName: validateWhenKnown(bucketName, (value) => throwIfInvalid(subject, validateBucketName(value))),
        versioning,
        ...settings,
      },
      onlyChildOptions(this, opts),
    );
    this.bucketName = bucket.bucketName;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

class Bucket extends SwarmResource {
  declare readonly bucketName: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("Bucket", name, inputs, opts);
  }
}
