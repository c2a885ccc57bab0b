import * as v from "valibot";
import { optional } from "./setting.ts";

const lifecycleRule = v.strictObject({
  prefix: optional(v.string(), "Start of the names of the objects that the rule applies to.", "all objects"),
  expirationDays: optional(v.number(), "Days after which an object is deleted.", "never"),
  noncurrentVersionExpirationDays: optional(
    v.number(),
    "Days after which earlier versions are deleted. Requires `versioning`.",
    "never",
  ),
  expiredObjectDeleteMarker: optional(
    v.boolean(),
    "Whether markers of deleted objects without any version left are removed. Requires `versioning`.",
    "`false`",
  ),
});

/** A bucket of a stack. */
export const bucket = v.strictObject({
  versioning: optional(v.boolean(), "Whether earlier versions of objects are kept.", "as `objectLock`"),
  objectLock: optional(v.boolean(), "Whether object lock is enabled. Immutable.", "`false`"),
  lifecycle: optional(v.record(v.string(), lifecycleRule), "All lifecycle rules, by name.", "they stay as they are"),
  quotaMiB: optional(v.number(), "Maximum size of the bucket, in MiB.", "it stays as it is"),
});
