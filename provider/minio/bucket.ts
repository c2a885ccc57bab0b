import { NOT_FOUND, type ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { mcTry, hasLocationChanged, StoreUnreachableError, type StoreLocation, mc } from "./admin-client.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

export interface BucketInputs {
  store: StoreLocation;
  bucketName: string;
  versioning: boolean;
  objectLock: boolean;
}

export interface BucketState extends BucketInputs {
  /** Whether this program made the bucket: one that was there before stays, even empty. */
  createdByUs: boolean;
}

/** A bucket of a store. It is data: one that holds objects is never deleted. */
export const Bucket: ResourceHandler<BucketInputs, BucketState> = {
  async check(olds, news) {
    const [before, now] = [olds.objectLock, news.objectLock];
    const isSame = olds.bucketName === news.bucketName;
    if (before === undefined || before === now || containsUnknown(now) || !isSame)
      return { inputs: news, failures: [] };
    const reason =
      `bucket ${news.bucketName}: objectLock ${now}: is ${before} for life: ` +
      "put it back, or make a second bucket and copy the objects with `mc mirror`";
    return { inputs: news, failures: [{ property: "", reason }] };
  },

  async diff(_id, olds, news) {
    const replaces = containsUnknown(news.bucketName) ? [] : changedKeys(olds, news, ["bucketName"]);
    if (isAnotherStore(olds.store, news.store)) replaces.push("store");
    const changed = changedKeys(olds, news, ["bucketName", "versioning"]);
    return { changes: replaces.length + changed.length > 0 || hasLocationChanged(olds.store, news.store), replaces };
  },

  async create(inputs) {
    const createdByUs = await ensureBucket(inputs);
    return { id: inputs.bucketName, outs: { ...inputs, createdByUs } };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`bucket ${id} cannot be imported: declare it, and it is taken on`);
    const live = await keepStateIfUnreachable(state, () => readBucket(state));
    if (!live) return NOT_FOUND;
    const { createdByUs: _made, ...inputs } = live;
    return { id, props: live, inputs };
  },

  async update(_id, olds, news) {
    const isNew = await ensureBucket(news);
    return { outs: { ...news, createdByUs: olds.createdByUs || isNew } };
  },

  async delete(_id, { store, bucketName, createdByUs }) {
    const left = (why: string) => logLine(`bucket ${bucketName} stays in store ${store.serviceName}: ${why}`);
    if (!createdByUs) return left("it was there before");
    try {
      const answer = await mcTry(store, ["rb", mcPath(bucketName)]);
      if (answer.ok || /does not exist/.test(answer.message)) return;
      if (/not empty/.test(answer.message)) return left("it holds objects");
      throw new ResourceError(`bucket ${bucketName}: ${answer.message}`);
    } catch (error) {
      if (!(error instanceof StoreUnreachableError)) throw error;
      left(error.message);
    }
  },
};

/** Whether the store asked for is known to be another one. */
export function isAnotherStore(olds: StoreLocation, news: StoreLocation): boolean {
  return typeof news === "object" && !containsUnknown(news.serviceName) && news.serviceName !== olds.serviceName;
}

/** What of a store is looked at; as it was when the store cannot be asked, for then nothing is known of it. */
export async function keepStateIfUnreachable<T extends { store: StoreLocation }>(
  state: T,
  looked: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await looked();
  } catch (error) {
    if (!(error instanceof StoreUnreachableError)) throw error;
    logLine(`${error.message}; what is in it is taken to be as it was`);
    return state;
  }
}

/** Makes the bucket what it is to be. Tells whether it was not there before. */
async function ensureBucket({ store, bucketName, versioning, objectLock }: BucketInputs): Promise<boolean> {
  const live = await inspectBucket(store, bucketName);
  if (!live) {
    await mc(store, ["mb", ...(objectLock ? ["--with-lock"] : []), mcPath(bucketName)]);
  } else if (live.objectLock !== objectLock) {
    throw new ResourceError(
      `bucket ${bucketName}: is there already, with objectLock ${live.objectLock}, which it keeps for life: ` +
        "say the same, or choose another bucketName",
    );
  }
  if (versioning !== (live?.versioning ?? objectLock)) {
    await mc(store, ["version", versioning ? "enable" : "suspend", mcPath(bucketName)]);
  }
  return live === undefined;
}

async function readBucket(state: BucketState): Promise<BucketState | undefined> {
  const live = await inspectBucket(state.store, state.bucketName);
  return live && { ...state, ...live };
}

/** How the bucket stands; undefined when there is none. */
async function inspectBucket(
  store: StoreLocation,
  bucketName: string,
): Promise<{ versioning: boolean; objectLock: boolean } | undefined> {
  const answer = await mcTry<{ versioning: { status: string } }>(store, ["version", "info", mcPath(bucketName)]);
  if (!answer.ok && answer.code === "NoSuchBucket") return undefined;
  if (!answer.ok) throw new ResourceError(`bucket ${bucketName}: ${answer.message}`);
  const { ObjectLock } = await mc<{ ObjectLock?: { enabled?: string } }>(store, ["stat", mcPath(bucketName)]);
  return { versioning: answer.value.versioning.status === "Enabled", objectLock: ObjectLock?.enabled === "Enabled" };
}

function mcPath(bucketName: string): string {
  return `local/${bucketName}`;
}
