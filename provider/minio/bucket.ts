import { type BucketLifecycle, validateLifecycle } from "../../core/bucket-lifecycle.ts";
import { formatIssue } from "../../core/input-validation-error.ts";
import { resolveLocalEngine } from "../../engine/connection.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { locateImported } from "../import/imported-store.ts";
import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { mcTry, hasLocationChanged, StoreUnreachableError, type StoreLocation, mc } from "./admin-client.ts";
import { inspectLifecycle, isSameLifecycle, type LiveLifecycle, setLifecycle } from "./bucket-lifecycle.ts";
import { inspectQuota, setQuota } from "./bucket-quota.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

export interface BucketInputs {
  store: StoreLocation;
  bucketName: string;
  versioning: boolean;
  objectLock: boolean;
  /** All lifecycle rules of the bucket. Without them, this resource neither reads nor changes the bucket's rules. */
  lifecycle?: BucketLifecycle;
  /** The bucket's quota. Without it, this resource neither reads nor changes the bucket's quota. */
  quotaMiB?: number;
}

export interface BucketState extends Omit<BucketInputs, "lifecycle"> {
  lifecycle?: LiveLifecycle;
  /** Whether this resource created the bucket. Otherwise it is never deleted, even if it is empty. */
  createdByUs: boolean;
}

/** A bucket of a store. A bucket that holds objects is never deleted. */
export const Bucket: ResourceHandler<BucketInputs, BucketState> = {
  async check(olds, news) {
    const subject = `bucket ${news.bucketName}`;
    // Rules about versions are valid in a bucket that once had versioning, which an import finds.
    const issues = containsUnknown(news.lifecycle) ? [] : validateLifecycle(news.lifecycle ?? {});
    const reasons = [...lockProblem(olds, news), ...issues.map((issue) => formatIssue(subject, issue))];
    return { inputs: news, failures: reasons.map((reason) => ({ property: "", reason })) };
  },

  async diff(_id, olds, news) {
    const replaces = containsUnknown(news.bucketName) ? [] : changedKeys(olds, news, ["bucketName"]);
    if (isAnotherStore(olds.store, news.store)) replaces.push("store");
    const changed = changedKeys(olds, news, ["bucketName", "versioning", "lifecycle", "quotaMiB"]);
    return { changes: replaces.length + changed.length > 0 || hasLocationChanged(olds.store, news.store), replaces };
  },

  async create(inputs) {
    const createdByUs = await ensureBucket(inputs);
    await ensureSettings(inputs);
    const rules = Object.keys(inputs.lifecycle ?? {}).join(", ");
    if (!createdByUs && rules !== "")
      logLine(`bucket ${inputs.bucketName} existed: its objects now expire by ${rules}`);
    return { id: inputs.bucketName, outs: { ...inputs, createdByUs } };
  },

  async read(id, state, engine = resolveLocalEngine) {
    if (!state) return importBucket(id, engine());
    const live = await keepStateIfUnreachable(state, () => readBucket(state));
    if (!live) return NOT_FOUND;
    const { createdByUs: _created, ...inputs } = live;
    return { id, props: live, inputs };
  },

  async update(_id, olds, news) {
    const isNew = await ensureBucket(news);
    await ensureSettings(news, olds);
    return { outs: { ...news, createdByUs: olds.createdByUs || isNew } };
  },

  async delete(_id, { store, bucketName, createdByUs }) {
    const logKept = (reason: string) => logLine(`bucket ${bucketName} stays in store ${store.serviceName}: ${reason}`);
    if (!createdByUs) return logKept("this stack did not create it");
    try {
      const result = await mcTry(store, ["rb", mcPath(bucketName)]);
      if (result.ok || /does not exist/.test(result.message)) return;
      if (/not empty/.test(result.message)) return logKept("it holds objects");
      throw new ResourceError(`bucket ${bucketName}: ${result.message}`);
    } catch (error) {
      if (!(error instanceof StoreUnreachableError)) throw error;
      logKept(error.message);
    }
  },
};

function lockProblem(olds: Partial<BucketInputs>, { bucketName, objectLock }: BucketInputs): string[] {
  const before = olds.objectLock;
  const isSame = before === undefined || before === objectLock || containsUnknown(objectLock);
  if (isSame || olds.bucketName !== bucketName) return [];
  return [
    `bucket ${bucketName}: objectLock ${objectLock}: cannot be changed from ${before}: ` +
      "set it back, or create another bucket and copy the objects with `mc mirror`",
  ];
}

/** Returns whether the declared store certainly differs from the recorded one. */
export function isAnotherStore(olds: StoreLocation, news: StoreLocation): boolean {
  return typeof news === "object" && !containsUnknown(news.serviceName) && news.serviceName !== olds.serviceName;
}

/** Reads a resource from the store; returns its recorded state if the store is unreachable. */
export async function keepStateIfUnreachable<T extends { store: StoreLocation }>(
  state: T,
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StoreUnreachableError)) throw error;
    logLine(`${error.message}; its recorded content is assumed to be unchanged`);
    return state;
  }
}

/** Creates or updates the bucket. Returns whether it was created. */
async function ensureBucket({ store, bucketName, versioning, objectLock }: BucketInputs): Promise<boolean> {
  const live = await inspectBucket(store, bucketName);
  if (!live) {
    await mc(store, ["mb", ...(objectLock ? ["--with-lock"] : []), mcPath(bucketName)]);
  } else if (live.objectLock !== objectLock) {
    throw new ResourceError(
      `bucket ${bucketName}: objectLock ${objectLock}: the bucket exists with objectLock ${live.objectLock}, which ` +
        "cannot be changed: declare the same, or choose another bucketName",
    );
  }
  if (versioning !== (live?.versioning ?? objectLock)) {
    await mc(store, ["version", versioning ? "enable" : "suspend", mcPath(bucketName)]);
  }
  return live === undefined;
}

/** Sets lifecycle rules and the quota, and removes those that are no longer declared. Leaves what never was declared. */
async function ensureSettings(
  { store, bucketName, lifecycle, quotaMiB }: BucketInputs,
  olds: Partial<BucketState> = {},
): Promise<void> {
  if (lifecycle ?? olds.lifecycle) await setLifecycle(store, mcPath(bucketName), lifecycle ?? {});
  if (quotaMiB ?? olds.quotaMiB) await setQuota(store, mcPath(bucketName), quotaMiB);
}

/** Reads an existing bucket. Like an existing bucket that `create` finds, it is never deleted. */
async function importBucket(id: string, connection: EngineConnection) {
  const { store, name: bucketName } = await locateImported("bucket", id, connection);
  const live = await inspectBucket(store, bucketName);
  if (!live) return NOT_FOUND;
  const quotaMiB = await inspectQuota(store, mcPath(bucketName));
  const lifecycle = await inspectLifecycle(store, mcPath(bucketName));
  const names = Object.keys(lifecycle);
  const others = names.filter((name) => lifecycle[name]?.inexpressible);
  if (others.length > 0) {
    const reason = `lifecycle cannot express ${others.join(", ")}`;
    logLine(`bucket ${bucketName}: its lifecycle rules are not imported and stay as they are: ${reason}`);
  }
  const isImported = names.length > 0 && others.length === 0;
  const inputs = { store, bucketName, ...live, quotaMiB, ...(isImported && { lifecycle }) };
  return { id: bucketName, props: { ...inputs, createdByUs: false }, inputs };
}

async function readBucket(state: BucketState): Promise<BucketState | undefined> {
  const { store, bucketName, lifecycle, quotaMiB } = state;
  const live = await inspectBucket(store, bucketName);
  if (!live) return undefined;
  const path = mcPath(bucketName);
  const rules = lifecycle && (await inspectLifecycle(store, path));
  return {
    ...{ ...state, ...live },
    lifecycle: rules && lifecycle && isSameLifecycle(lifecycle, rules) ? lifecycle : rules,
    quotaMiB: quotaMiB && (await inspectQuota(store, path)),
  };
}

/** Returns the bucket's settings; undefined if it does not exist. */
async function inspectBucket(
  store: StoreLocation,
  bucketName: string,
): Promise<{ versioning: boolean; objectLock: boolean } | undefined> {
  const result = await mcTry<{ versioning: { status: string } }>(store, ["version", "info", mcPath(bucketName)]);
  if (!result.ok && result.code === "NoSuchBucket") return undefined;
  if (!result.ok) throw new ResourceError(`bucket ${bucketName}: ${result.message}`);
  const { ObjectLock } = await mc<{ ObjectLock?: { enabled?: string } }>(store, ["stat", mcPath(bucketName)]);
  return { versioning: result.value.versioning.status === "Enabled", objectLock: ObjectLock?.enabled === "Enabled" };
}

function mcPath(bucketName: string): string {
  return `local/${bucketName}`;
}
