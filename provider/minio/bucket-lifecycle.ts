import type { BucketLifecycle, BucketLifecycleRule } from "../../core/bucket-lifecycle.ts";
import { deepEqual } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";
import { mc, mcTry, type StoreLocation } from "./admin-client.ts";

/** A rule in the JSON of `mc ilm rule`, without the fields that `BucketLifecycleRule` cannot express. */
export interface S3Rule {
  ID: string;
  Status: string;
  Filter?: { Prefix?: string };
  Expiration?: { Days?: number; ExpiredObjectDeleteMarker?: boolean };
  NoncurrentVersionExpiration?: { NoncurrentDays?: number };
}

/** The rules that a bucket has, by name. */
export type LiveLifecycle = Record<string, LiveRule>;

interface LiveRule extends BucketLifecycleRule {
  /** A rule with more than the other fields can express, which are absent then. */
  inexpressible?: S3Rule;
}

const NO_RULES = "NoSuchLifecycleConfiguration";

/** Returns the rules in S3's format. */
export function toS3Rules(lifecycle: BucketLifecycle): S3Rule[] {
  return Object.entries(lifecycle).map(([name, rule]) => toS3Rule(name, rule));
}

function toS3Rule(
  ID: string,
  { prefix, expirationDays, noncurrentVersionExpirationDays, expiredObjectDeleteMarker }: BucketLifecycleRule,
): S3Rule {
  const markers = expiredObjectDeleteMarker ? { ExpiredObjectDeleteMarker: true } : undefined;
  const NoncurrentDays = noncurrentVersionExpirationDays;
  return {
    ID,
    Status: "Enabled",
    Filter: prefix ? { Prefix: prefix } : undefined,
    Expiration: expirationDays === undefined ? markers : { Days: expirationDays },
    NoncurrentVersionExpiration: NoncurrentDays === undefined ? undefined : { NoncurrentDays },
  };
}

/** Returns rules in S3's format by name. */
export function fromS3Rules(rules: readonly S3Rule[]): LiveLifecycle {
  return Object.fromEntries(
    rules.map((given) => {
      const { ID, Filter, Expiration, NoncurrentVersionExpiration } = given;
      const rule = {
        prefix: Filter?.Prefix,
        expirationDays: Expiration?.Days,
        noncurrentVersionExpirationDays: NoncurrentVersionExpiration?.NoncurrentDays,
        expiredObjectDeleteMarker: Expiration?.ExpiredObjectDeleteMarker,
      };
      return [ID, deepEqual(toS3Rule(ID, rule), given) ? rule : { inexpressible: given }];
    }),
  );
}

/** Returns whether a bucket that is declared with these rules has exactly them. */
export function isSameLifecycle(declared: BucketLifecycle, live: LiveLifecycle): boolean {
  return deepEqual(fromS3Rules(toS3Rules(declared)), live);
}

/** Returns the rules that the bucket has. */
export async function inspectLifecycle(store: StoreLocation, path: string): Promise<LiveLifecycle> {
  const result = await mcTry<{ config: { Rules: S3Rule[] } }>(store, ["ilm", "rule", "export", path]);
  if (result.ok) return fromS3Rules(result.value.config.Rules);
  if (result.code === NO_RULES) return {};
  throw new ResourceError(`${path}: lifecycle: ${result.message}`);
}

/** Replaces all rules of the bucket. */
export async function setLifecycle(store: StoreLocation, path: string, lifecycle: BucketLifecycle): Promise<void> {
  const Rules = toS3Rules(lifecycle);
  if (Rules.length > 0) {
    await mc(store, ["ilm", "rule", "import", path], JSON.stringify({ Rules }));
    return;
  }
  const removed = await mcTry(store, ["ilm", "rule", "rm", "--all", "--force", path]);
  if (!removed.ok && removed.code !== NO_RULES) throw new ResourceError(`${path}: lifecycle: ${removed.message}`);
}
