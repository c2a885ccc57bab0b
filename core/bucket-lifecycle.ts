/** A rule by which MinIO deletes objects or earlier versions. It has at least one of the three arguments after `prefix`. */
export interface BucketLifecycleRule {
  /**
   * Start of the names of the objects that the rule applies to.
   * @default - all objects
   * @example "tmp/"
   */
  prefix?: string;

  /**
   * Days after which an object is deleted, 1 to 36500. In a bucket with versioning it becomes an earlier version.
   * @default - never
   */
  expirationDays?: number;

  /**
   * Days after which earlier versions are deleted permanently, 1 to 36500, from when they were overwritten or deleted.
   * Requires versioning.
   * @default - never
   */
  noncurrentVersionExpirationDays?: number;

  /**
   * Whether the markers of deleted objects without any version left are removed. A rule with `expirationDays` removes
   * them anyway. Requires versioning.
   * @default false
   */
  expiredObjectDeleteMarker?: boolean;
}

/** The lifecycle rules of a bucket, by name. */
export type BucketLifecycle = Record<string, BucketLifecycleRule>;
