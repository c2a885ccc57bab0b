import { sampleBytes, sha256, type Sample } from "./samples.ts";
import type { Bucket } from "./store.ts";

/** An object that was written through one host and read through another. */
export interface Reading {
  writer: string;
  reader: string;
  object: string;
  size: number;
  /** SHA-256 of the written data. */
  written: string;
  /** SHA-256 of the data that was read; absent if the read failed. */
  read?: string;
  /** Why the write or the read failed. */
  error?: string;
}

/** The objects that one host listed, and those that it should list. */
export interface Listing {
  reader: string;
  when: "written" | "deleted";
  missing: string[];
  unexpected: string[];
  error?: string;
}

export interface Round {
  readings: Reading[];
  listings: Listing[];
}

/** An object with its writer, its key in the bucket, and the checksum of its data. */
interface WrittenObject {
  writer: string;
  object: string;
  key: string;
  size: number;
  sum: string;
  error?: string;
}

/** Called before each step, with a few words for the progress line. */
export type ReportStep = (what: string) => void;

/**
 * Writes every sample through every host, reads each through all hosts, lists them, deletes each through the next host,
 * and lists again. A host's failure becomes part of the result; only an abort ends the round early.
 */
export async function verifyRound(
  buckets: Readonly<Record<string, Bucket>>,
  samples: readonly Sample[],
  seed: string,
  step: ReportStep = () => {},
  signal?: AbortSignal,
): Promise<Round> {
  const hosts = Object.entries(buckets);
  const written: WrittenObject[] = [];
  for (const [writer, bucket] of hosts) {
    for (const { name, size } of samples) {
      step(`writing "${name}" through ${writer}`);
      const bytes = sampleBytes(`${seed}/${writer}/${name}`, size);
      const key = `${writer}/${name}`;
      const error = await runStep(() => bucket.write(key, bytes), signal);
      written.push({ writer, object: name, key, size, sum: sha256(bytes), error });
    }
  }

  const readings: Reading[] = [];
  for (const one of written) {
    step(`reading "${one.object}" of ${one.writer}`);
    readings.push(...(await Promise.all(hosts.map(([reader, bucket]) => readBack(one, reader, bucket, signal)))));
  }

  const there = written.filter(({ error }) => error === undefined).map(({ key }) => key);
  const list = (when: Listing["when"], expected: readonly string[]) =>
    Promise.all(hosts.map(([reader, bucket]) => listThrough(reader, bucket, when, expected, signal)));
  step("listing");
  const listings = await list("written", there);

  step("deleting");
  for (const [index, key] of there.entries()) {
    // Deletes through another host than the writer, if there is one.
    const [, bucket] = hosts[(index + 1) % hosts.length]!;
    await runStep(() => bucket.delete(key), signal);
  }
  listings.push(...(await list("deleted", [])));
  return { readings, listings };
}

async function readBack(
  { writer, object, key, size, sum, error }: WrittenObject,
  reader: string,
  bucket: Bucket,
  signal: AbortSignal | undefined,
): Promise<Reading> {
  const reading: Reading = { writer, reader, object, size, written: sum };
  if (error !== undefined) return { ...reading, error: `not written: ${error}` };
  const failure = await runStep(async () => {
    reading.read = sha256(await bucket.read(key));
  }, signal);
  return failure === undefined ? reading : { ...reading, error: failure };
}

async function listThrough(
  reader: string,
  bucket: Bucket,
  when: Listing["when"],
  expected: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Listing> {
  let keys: string[] = [];
  const error = await runStep(async () => {
    keys = await bucket.keys();
  }, signal);
  if (error !== undefined) return { reader, when, missing: [], unexpected: [], error };
  const missing = expected.filter((key) => !keys.includes(key));
  const unexpected = keys.filter((key) => !expected.includes(key));
  return { reader, when, missing, unexpected };
}

/** Returns the error's message, or undefined on success. Rethrows an abort, which ends the whole round. */
async function runStep(work: () => Promise<void>, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    return describeError(error);
  }
}

/** Returns one line for an error of the SDK or of the network. */
export function describeError(error: unknown): string {
  const { name, message, code } = error as NodeJS.ErrnoException;
  const text = message || code || name;
  return name === "Error" || text.includes(name) ? text : `${name}: ${text}`;
}

/** Empties and removes the bucket through the first host that succeeds. */
export async function removeBucket(buckets: readonly Bucket[]): Promise<void> {
  let failure: unknown;
  for (const bucket of buckets) {
    try {
      for (const key of await bucket.keys().catch(emptyIfMissing)) await bucket.delete(key);
      await bucket.remove();
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function emptyIfMissing(error: unknown): string[] {
  if ((error as Error).name === "NoSuchBucket") return [];
  throw error;
}
