import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../../shared/resource.ts";
import { validateWhenKnown, knownValue } from "../../shared/inputs.ts";
import { throwIfInvalid } from "../../../core/input-validation-error.ts";
import { validateBucket, validateBucketName } from "../validation/buckets-and-users.ts";
import type { HasStoreConnection } from "../connection.ts";

/** Which store a bucket is in, and what it keeps. */
export interface MinioBucketArgs {
  /** The store that holds the bucket. */
  store: HasStoreConnection;

  /**
   * Name of the bucket: 3 to 63 lowercase letters, digits, hyphens and inner dots. With another name it is another
   * bucket, and the former one stays as long as it holds objects.
   * @default - the resource's name
   */
  bucketName?: pulumi.Input<string>;

  /**
   * Whether what is overwritten or deleted is kept as an earlier version.
   * @default - the same as objectLock
   */
  versioning?: pulumi.Input<boolean>;

  /**
   * Whether objects can be locked against being deleted (write once, read many). Chosen for life.
   * @default false
   */
  objectLock?: boolean;
}

/**
 * A bucket of a store. One that is there already is taken on. Destroying the resource deletes the bucket only when it
 * was made by it and is empty: a bucket with objects stays, and `pulumi` says so.
 *
 * @example
 * new MinioBucket("photos", { store, versioning: true });
 */
export class MinioBucket extends SwarmResource {
  /** The bucket's name in the store. */
  declare readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: MinioBucketArgs, opts?: pulumi.CustomResourceOptions) {
    const { store, bucketName = name, objectLock = false, versioning = objectLock } = args;
    const subject = `MinioBucket "${name}"`;
    const known = { bucketName: knownValue(bucketName), versioning: knownValue(versioning), objectLock };
    store.connection.swarm.throwIfInvalid(subject, validateBucket(known));
    super(
      "Bucket",
      name,
      {
        store: store.connection.address,
        bucketName: validateWhenKnown(bucketName, (value) => throwIfInvalid(subject, validateBucketName(value))),
        versioning,
        objectLock,
      },
      opts,
    );
  }
}
