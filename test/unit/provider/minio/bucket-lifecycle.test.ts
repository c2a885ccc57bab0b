import { describe, expect, test } from "vitest";
import type { BucketLifecycleRule } from "../../../../core/bucket-lifecycle.ts";
import { fromS3Rules, isSameLifecycle, type S3Rule, toS3Rules } from "../../../../provider/minio/bucket-lifecycle.ts";

const RULE = { ID: "r", Status: "Enabled" };

test.each<[BucketLifecycleRule, S3Rule]>([
  [{ expirationDays: 7 }, { ...RULE, Expiration: { Days: 7 } }],
  [
    { prefix: "", expirationDays: 7, expiredObjectDeleteMarker: false },
    { ...RULE, Expiration: { Days: 7 } },
  ],
  [
    { prefix: "a/", noncurrentVersionExpirationDays: 1 },
    { ...RULE, Filter: { Prefix: "a/" }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
  ],
  [{ expiredObjectDeleteMarker: true }, { ...RULE, Expiration: { ExpiredObjectDeleteMarker: true } }],
])("%j in S3's format, and back", (rule, s3) => {
  expect(toS3Rules({ r: rule })).toEqual([s3]);
  const live = fromS3Rules([s3]);
  expect(isSameLifecycle({ r: rule }, live)).toBe(true);
  expect(live["r"]?.inexpressible).toBeUndefined();
});

describe("a rule that cannot be expressed", () => {
  const expiration = { Expiration: { Days: 7 } };
  test.each<[string, object]>([
    ["disabled", { ...expiration, Status: "Disabled" }],
    ["for objects with tags", { ...expiration, Filter: { And: { Prefix: "a/", Tags: [{ Key: "k", Value: "v" }] } } }],
    ["with a date", { Expiration: { Date: "2030-01-01T00:00:00Z" } }],
    ["for all versions", { Expiration: { Days: 7, ExpiredObjectAllVersions: true } }],
    ["that keeps some versions", { NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 3 } }],
    ["that moves objects", { ...expiration, Transition: { Days: 1, StorageClass: "COLD" } }],
  ])("%s stays as it is, and differs from every declared one", (_what, fields) => {
    const rule = { ...RULE, ...fields };
    const live = fromS3Rules([rule, { ...RULE, ID: "other", ...expiration }]);
    expect(live).toMatchObject({ r: { inexpressible: rule }, other: { expirationDays: 7 } });
    // As a refresh has recorded it.
    expect(isSameLifecycle(live, live)).toBe(false);
    expect(isSameLifecycle({ r: { expirationDays: 7 }, other: { expirationDays: 7 } }, live)).toBe(false);
  });
});

test("the order of the rules means nothing, their number does", () => {
  const [one, two] = [{ expirationDays: 1 }, { expirationDays: 2 }];
  const live = fromS3Rules(toS3Rules({ two, one }));
  expect(isSameLifecycle({ one, two }, live)).toBe(true);
  expect(isSameLifecycle({ one }, live)).toBe(false);
  expect(isSameLifecycle({}, live)).toBe(false);
});
