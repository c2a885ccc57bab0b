import { describe, expect, test } from "vitest";
import { validateBucket } from "../../../../components/minio/validation/buckets-and-users.ts";
import type { BucketLifecycleRule } from "../../../../core/bucket-lifecycle.ts";

const validate = (lifecycle: Record<string, BucketLifecycleRule>, versioning?: boolean) =>
  validateBucket({ lifecycle, versioning });

describe("a lifecycle", () => {
  test.each<[string, Record<string, BucketLifecycleRule>, boolean | undefined]>([
    ["without rules", {}, false],
    ["that expires objects", { "old files": { expirationDays: 36_500 } }, false],
    ["that expires versions", { old: { noncurrentVersionExpirationDays: 1, expirationDays: 1 } }, true],
    ["that removes markers", { markers: { expiredObjectDeleteMarker: true, prefix: "a/" } }, true],
    ["whose bucket may have versioning", { old: { noncurrentVersionExpirationDays: 1 } }, undefined],
    ["that keeps markers without versioning", { old: { expirationDays: 1, expiredObjectDeleteMarker: false } }, false],
  ])("%s is accepted", (_what, lifecycle, versioning) => {
    expect(validate(lifecycle, versioning)).toEqual([]);
  });

  test.each<[string, BucketLifecycleRule, string, string]>([
    ["deletes nothing", { prefix: "a/" }, "lifecycle.r", "deletes nothing"],
    ["only keeps markers", { expiredObjectDeleteMarker: false }, "lifecycle.r", "deletes nothing"],
    ["has an empty prefix", { prefix: "", expirationDays: 1 }, "lifecycle.r.prefix", "leave it out"],
    ["expires objects at once", { expirationDays: 0 }, "lifecycle.r.expirationDays", "from 1 to 36500"],
    ["expires objects within a day", { expirationDays: 0.5 }, "lifecycle.r.expirationDays", "whole number of days"],
    ["overflows in MinIO", { expirationDays: 106_751 }, "lifecycle.r.expirationDays", "from 1 to 36500"],
    [
      "expires versions at once",
      { noncurrentVersionExpirationDays: -1 },
      "lifecycle.r.noncurrentVersionExpirationDays",
      "from 1 to 36500",
    ],
    [
      "removes markers twice",
      { expirationDays: 1, expiredObjectDeleteMarker: true },
      "lifecycle.r.expiredObjectDeleteMarker",
      "conflicts with expirationDays",
    ],
  ])("with a rule that %s is rejected", (_what, rule, argument, problem) => {
    expect(validate({ r: rule }, true)).toEqual([
      expect.objectContaining({ argument, problem: expect.stringContaining(problem) as string }),
    ]);
  });

  test.each<[string, BucketLifecycleRule]>([
    ["noncurrentVersionExpirationDays", { noncurrentVersionExpirationDays: 30 }],
    ["expiredObjectDeleteMarker", { expiredObjectDeleteMarker: true }],
  ])("with %s but without versioning is rejected", (field, rule) => {
    const [issue, ...others] = validate({ r: rule }, false);
    expect(issue).toMatchObject({ argument: `lifecycle.r.${field}` });
    expect(issue?.problem).toContain("set versioning: true");
    expect(others).toEqual([]);
  });

  test.each([[""], ["é".repeat(128)], ["two\nlines"]])("with the name %j is rejected", (name) => {
    expect(validate({ [name]: { expirationDays: 1 } })).toEqual([
      expect.objectContaining({ argument: "lifecycle", value: name }),
    ]);
  });
});

test.each([[0], [1.5], [-1], [Number.NaN], [2 ** 60]])("a quota of %d MiB is rejected", (quotaMiB) => {
  expect(validateBucket({ quotaMiB })).toEqual([expect.objectContaining({ argument: "quotaMiB", value: quotaMiB })]);
  expect(validateBucket({ quotaMiB: 1 })).toEqual([]);
});
