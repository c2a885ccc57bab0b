import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { type BucketLifecycleRule, validateLifecycle } from "../../../core/bucket-lifecycle.ts";
import { BUCKET_ACCESS, type BucketAccess } from "../iam/policy.ts";

/** Validates a bucket's name. */
export function validateBucketName(name: string | undefined, argument = "bucketName"): ValidationIssue[] {
  if (name === undefined) return [];
  const issue = (problem: string) => [{ argument, value: name, problem }];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes("..")) {
    return issue("must be 3 to 63 lowercase letters, digits, hyphens and single inner dots");
  }
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return issue("must not look like an IP address");
  if (name === "minio") return issue("is reserved by MinIO: choose another");
  return [];
}

/** Validates the arguments of a bucket that are known. */
export function validateBucket(args: {
  bucketName?: string;
  versioning?: boolean;
  objectLock?: boolean;
  lifecycle?: Record<string, BucketLifecycleRule>;
  quotaMiB?: number;
}): ValidationIssue[] {
  const issues = validateBucketName(args.bucketName);
  if (args.objectLock === true && args.versioning === false) {
    issues.push({
      argument: "versioning",
      value: false,
      problem: "conflicts with objectLock, which keeps versions: leave versioning out",
    });
  }
  const { lifecycle = {}, quotaMiB } = args;
  if (quotaMiB !== undefined && !(Number.isSafeInteger(quotaMiB) && quotaMiB >= 1)) {
    issues.push({ argument: "quotaMiB", value: quotaMiB, problem: "must be a whole number of at least 1 MiB" });
  }
  return [...issues, ...validateLifecycle(lifecycle, args.versioning)];
}

/** Validates the arguments of a user that are known. */
export function validateUser(args: { accessKey?: string; access?: Record<string, BucketAccess> }): ValidationIssue[] {
  return [...validateAccessKey(args.accessKey), ...(args.access ? validateAccess(args.access) : [])];
}

function validateAccessKey(accessKey: string | undefined): ValidationIssue[] {
  // mc would read a leading hyphen as an option.
  if (accessKey === undefined || /^[A-Za-z0-9._][A-Za-z0-9._-]{2,63}$/.test(accessKey)) return [];
  const problem =
    "must be 3 to 64 letters, digits, dots, hyphens or underscores, not starting with a hyphen; " +
    "omit it to generate one from the resource's name";
  return [{ argument: "accessKey", value: accessKey, problem }];
}

/** Validates a resource's name from which an access key is generated. */
export function validateUserResourceName(name: string): ValidationIssue[] {
  if (/^[A-Za-z0-9._][A-Za-z0-9._-]*$/.test(name)) return [];
  const problem = `cannot be generated from the resource's name "${name}": give one of 3 to 64 letters, digits, dots, hyphens or underscores`;
  return [{ argument: "accessKey", value: undefined, problem }];
}

function validateAccess(access: Record<string, BucketAccess>): ValidationIssue[] {
  if (Object.keys(access).length === 0) {
    const problem = 'a user without buckets has no rights: name one, such as { photos: "readwrite" }';
    return [{ argument: "access", value: access, problem }];
  }
  return Object.entries(access).flatMap(([bucket, value]) => {
    const names = validateBucketName(bucket, `access.${bucket}`);
    if (BUCKET_ACCESS.includes(value)) return names;
    const problem = `must be ${BUCKET_ACCESS.map((one) => `"${one}"`).join(" or ")}`;
    return [...names, { argument: `access.${bucket}`, value, problem }];
  });
}
