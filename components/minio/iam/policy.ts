import * as pulumi from "@pulumi/pulumi";

/** Access of a user to the objects of a bucket, never to the bucket's own settings. */
export type BucketAccess = "readonly" | "writeonly" | "readwrite";

/** The values of `BucketAccess`. */
export const BUCKET_ACCESS: readonly BucketAccess[] = ["readonly", "writeonly", "readwrite"];

interface Statement {
  Effect: "Allow" | "Deny";
  Action: string[];
  /** Absent for actions of the admin API, which have no resource. */
  Resource?: string[];
}

/** An IAM policy document. */
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
 * `writeonly` does not include deleting. None includes `s3:DeleteObjectVersion`, so that everything that an application
 * overwrites or deletes in a bucket with versioning can be restored.
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
 * Denies the admin API. Otherwise MinIO lets every user change its secret key, and create service accounts that outlive
 * that key.
 */
export const DENY_ADMIN: Statement = { Effect: "Deny", Action: ["admin:*"] };

/** Denies the same to a user that needs other actions of the admin API. */
export const DENY_KEY_CHANGES: Statement = {
  Effect: "Deny",
  Action: ["admin:CreateServiceAccount", "admin:CreateUser", "admin:UpdateServiceAccount"],
};

/** Returns a policy that allows this access, by bucket name, and nothing else. */
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
 * Returns the prefix of a resource's policy name. Its parts are separated by colons, which none of them contains: Pulumi
 * forbids them in projects and stacks, and names are encoded.
 */
export function policyPrefix(name: string): string {
  return [pulumi.getProject(), pulumi.getStack(), name].map(encodeURIComponent).join(":");
}
