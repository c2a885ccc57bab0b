import * as pulumi from "@pulumi/pulumi";

/** What a user may do with the objects of a bucket. None of it reaches the bucket's own settings. */
export type BucketAccess = "readonly" | "writeonly" | "readwrite";

/** What a user may be given of a bucket. */
export const BUCKET_ACCESS: readonly BucketAccess[] = ["readonly", "writeonly", "readwrite"];

interface Statement {
  Effect: "Allow" | "Deny";
  Action: string[];
  /** Absent for actions of the admin API, which are not about buckets. */
  Resource?: string[];
}

/** A policy as the S3 API spells it. */
export interface Policy {
  Version: "2012-10-17";
  Statement: Statement[];
}

interface Actions {
  bucket: string[];
  objects: string[];
}

const READ: Actions = {
  bucket: ["s3:GetBucketLocation", "s3:ListBucket"],
  objects: ["s3:GetObject", "s3:GetObjectTagging"],
};

const WRITE: Actions = {
  bucket: ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
  objects: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging"],
};

/**
 * Who only writes does not delete. Nobody deletes a version for good (`s3:DeleteObjectVersion`): in a bucket with
 * versioning what an application overwrites or deletes can be had back.
 */
const ACTIONS: Record<BucketAccess, Actions> = {
  readonly: READ,
  writeonly: WRITE,
  readwrite: {
    bucket: [...new Set([...READ.bucket, ...WRITE.bucket])],
    objects: [...READ.objects, ...WRITE.objects, "s3:DeleteObject"],
  },
};

/**
 * Without it a user may make service accounts of its own, which outlive its secret key, and change that key. MinIO allows
 * these to everybody about themselves, unless a policy denies them.
 */
export const DENY_ADMIN: Statement = { Effect: "Deny", Action: ["admin:*"] };

/** The same for a user that has to do with the admin API. */
export const DENY_KEY_CHANGES: Statement = {
  Effect: "Deny",
  Action: ["admin:CreateServiceAccount", "admin:CreateUser", "admin:UpdateServiceAccount"],
};

/** The policy that allows this access, by bucket name, and nothing else. */
export function userPolicy(access: Readonly<Record<string, BucketAccess>>): Policy {
  const Statement = Object.keys(access)
    .toSorted()
    .flatMap((bucket) => statements(bucket, ACTIONS[access[bucket] ?? "readonly"]));
  return { Version: "2012-10-17", Statement: [...Statement, DENY_ADMIN] };
}

function statements(name: string, { bucket, objects }: Actions): Statement[] {
  return [
    { Effect: "Allow", Action: bucket.toSorted(), Resource: [`arn:aws:s3:::${name}`] },
    { Effect: "Allow", Action: objects.toSorted(), Resource: [`arn:aws:s3:::${name}/*`] },
  ];
}

/**
 * Returns how the name of a resource's policy begins. Its parts are separated by colons, which none of them has: projects
 * and stacks by Pulumi's own rules, names because they are encoded.
 */
export function policyPrefix(name: string): string {
  return [pulumi.getProject(), pulumi.getStack(), name].map(encodeURIComponent).join(":");
}
