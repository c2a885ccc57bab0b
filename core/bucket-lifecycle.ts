import type { ValidationIssue } from "./input-validation-error.ts";

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

/** MinIO adds the days to a time in nanoseconds: from 106751 days on, it would delete every object at once. */
const MOST_DAYS = 36_500;

const DAYS = ["expirationDays", "noncurrentVersionExpirationDays"] as const;
const OF_VERSIONS = ["noncurrentVersionExpirationDays", "expiredObjectDeleteMarker"] as const;

/**
 * Validates the lifecycle rules of a bucket.
 *
 * @param versioning whether the bucket keeps earlier versions; undefined if that is not known
 */
export function validateLifecycle(lifecycle: BucketLifecycle, versioning?: boolean): ValidationIssue[] {
  return Object.entries(lifecycle).flatMap(([name, rule]) => {
    // S3 limits names to 255 bytes, and XML contains no control characters.
    if (name !== "" && Buffer.byteLength(name) <= 255 && !/\p{C}/u.test(name)) {
      return validateRule(`lifecycle.${name}`, rule, versioning);
    }
    return [{ argument: "lifecycle", value: name, problem: "must be a rule's name of 1 to 255 printable characters" }];
  });
}

function validateRule(at: string, rule: BucketLifecycleRule, versioning: boolean | undefined): ValidationIssue[] {
  const issue = (field: keyof BucketLifecycleRule, problem: string) => ({
    argument: `${at}.${field}`,
    value: rule[field],
    problem,
  });
  if (DAYS.every((field) => rule[field] === undefined) && !rule.expiredObjectDeleteMarker) {
    const problem =
      "deletes nothing: give expirationDays, noncurrentVersionExpirationDays or expiredObjectDeleteMarker: true";
    return [{ argument: at, value: rule, problem }];
  }
  const wrongDays = DAYS.filter((field) => !isDays(rule[field])).map((field) =>
    issue(field, `must be a whole number of days from 1 to ${MOST_DAYS}`),
  );
  const unversioned = OF_VERSIONS.filter((field) => versioning === false && rule[field]).map((field) =>
    issue(field, "has no effect without versioning, which keeps earlier versions: set versioning: true"),
  );
  const isTwice = rule.expiredObjectDeleteMarker && rule.expirationDays !== undefined;
  const twice = isTwice
    ? [issue("expiredObjectDeleteMarker", "conflicts with expirationDays, which removes markers too: leave one out")]
    : [];
  const empty =
    rule.prefix === "" ? [issue("prefix", "must not be empty: leave it out for a rule about all objects")] : [];
  return [...empty, ...wrongDays, ...unversioned, ...twice];
}

function isDays(value: number | undefined): boolean {
  return value === undefined || (Number.isInteger(value) && value >= 1 && value <= MOST_DAYS);
}
