import { createCipheriv, createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  type S3Client,
  type S3ServiceException,
} from "@aws-sdk/client-s3";
import type { TrafficReport, UserTraffic } from "./traffic-report.ts";
import { createS3Client, type StoreAccess } from "./s3-client.ts";
import type { TestStack } from "./stack.ts";

export { type TrafficReport, type UserTraffic, formatTraffic } from "./traffic-report.ts";
export type { StoreAccess } from "./s3-client.ts";

export interface ClientOptions {
  access: StoreAccess;
  /** Created if it does not exist. */
  bucket: string;
  /** Milliseconds between two operations of one user: all objects must fit on disks in memory. @default 250 */
  pauseMs?: number;
}

/** Reads the endpoints and root credentials of a stack's store from its outputs. */
export async function getStoreAccess(stack: TestStack): Promise<StoreAccess> {
  const outputs = (await stack.outputs({ showSecrets: true })) as {
    endpoints: Record<string, string>;
    rootUser: string;
    rootPassword: string;
  };
  const { rootUser: user, rootPassword: password } = outputs;
  return { endpoints: Object.values(outputs.endpoints), user, password };
}

/** Used in turn: MinIO stores small objects inline with their metadata, larger ones as separate files. */
const OBJECT_SIZES = [16_000, 300_000];

/** Time limit of one attempt. A host without power never refuses a connection. */
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Time limit of one attempt of the retrying user; the SDK's default is none. A stopped MinIO member releases no locks,
 * and its peers drop them after at most two minutes. Operations on an object that it was writing wait until then.
 */
const RETRYING_TIMEOUT_MS = 150_000;

/** Time for two attempts, the first of which times out. */
const RECOVERY_MS = 2 * RETRYING_TIMEOUT_MS;

/** MinIO's status for a request that the client cancelled, or that a stopping member cancelled. */
const CANCELLED = 499;

/** Reads, one second apart, that may report a key as missing before it counts as lost. */
const MAX_NOT_FOUND = 20;

/**
 * Two users that write and read objects until `finish`, one of them with the SDK's default retries. Both reach the store
 * by one host name that resolves to the addresses of all members, like a round-robin DNS name.
 *
 * @example
 * const client = await Client.start({ access: await accessOf(stack), bucket: "all-along" });
 * await stack.up();
 * const account = await client.finish();
 * console.log(formatTraffic(account));
 * expect(account).toMatchObject({ lost: [], changed: [] });
 */
export class TrafficClient {
  readonly #retrying: User;
  readonly #notRetrying: User;

  private constructor(patient: User, raw: User) {
    this.#retrying = patient;
    this.#notRetrying = raw;
  }

  static async start({ access, bucket, pauseMs = 250 }: ClientOptions): Promise<TrafficClient> {
    const patient = new User("with the SDK's retries", createS3Client(access, RETRYING_TIMEOUT_MS), bucket);
    const raw = new User("without retries", createS3Client(access, REQUEST_TIMEOUT_MS, 1), bucket);
    await patient.makeBucket();
    patient.start(pauseMs);
    raw.start(pauseMs);
    return new TrafficClient(patient, raw);
  }

  /** Returns the counts since the last call, and continues. */
  takeCounts(): { retrying: UserTraffic; notRetrying: UserTraffic } {
    return { retrying: this.#retrying.takeCounts(), notRetrying: this.#notRetrying.takeCounts() };
  }

  /** Waits until both users have completed an operation that began after this call. */
  async waitForSuccess(): Promise<void> {
    const since = performance.now();
    const users = [this.#retrying, this.#notRetrying];
    while (users.some(({ lastSuccess }) => lastSuccess < since)) {
      if (performance.now() - since > RECOVERY_MS) throw new Error(`no success within ${RECOVERY_MS / 1000} s`);
      await pause(200);
    }
  }

  /** Stops, and reads every acknowledged write back. The counts are those since the last `takeCounts`. */
  async finish(): Promise<TrafficReport> {
    await Promise.all([this.#retrying.stop(), this.#notRetrying.stop()]);
    const counts = this.takeCounts();
    const keys = [...this.#retrying.acknowledged, ...this.#notRetrying.acknowledged];
    const report: TrafficReport = {
      ...counts,
      lost: [],
      missingAtFirst: [],
      changed: [...this.#retrying.changed, ...this.#notRetrying.changed],
    };
    for (let at = 0; at < keys.length; at += 8) {
      await Promise.all(keys.slice(at, at + 8).map((key) => this.#readBack(key, report)));
    }
    this.#retrying.close();
    this.#notRetrying.close();
    return report;
  }

  /**
   * Reads one object until it succeeds. Retries when the store is unreachable, and when it reports the object as
   * missing, which is recorded in the report.
   */
  async #readBack(key: string, report: TrafficReport): Promise<void> {
    const end = performance.now() + RECOVERY_MS;
    for (let notFound = 0; ;) {
      try {
        const content = await this.#retrying.get(key);
        if (!content.equals(contentOf(key)) && !report.changed.includes(key)) report.changed.push(key);
        if (notFound > 0) report.missingAtFirst.push(key);
        return;
      } catch (error) {
        const { name, message } = error as Error;
        notFound += name === "NoSuchKey" ? 1 : 0;
        if (notFound > MAX_NOT_FOUND || performance.now() > end) {
          report.lost.push(`${key} (${name}: ${message})`);
          return;
        }
        await pause(1_000);
      }
    }
  }
}

/** One user, with one operation at a time. */
class User {
  readonly acknowledged: string[] = [];
  readonly changed: string[] = [];
  readonly #name: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  #traffic: Omit<UserTraffic, "user">;
  #lastSuccess = performance.now();
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(name: string, client: S3Client, bucket: string) {
    this.#name = name;
    this.#client = client;
    this.#bucket = bucket;
    this.#traffic = emptyTraffic();
  }

  async makeBucket(): Promise<void> {
    const Bucket = this.#bucket;
    await this.#client.send(new HeadBucketCommand({ Bucket })).catch(async (error: unknown) => {
      if (!(error instanceof Error) || error.name !== "NotFound") throw error;
      await this.#client.send(new CreateBucketCommand({ Bucket }));
    });
  }

  start(pauseMs: number): void {
    this.#lastSuccess = performance.now();
    this.#running = this.#run(pauseMs);
  }

  get lastSuccess(): number {
    return this.#lastSuccess;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  close(): void {
    this.#client.destroy();
  }

  takeCounts(): UserTraffic {
    this.#noteGap();
    const seen = this.#traffic;
    this.#traffic = emptyTraffic();
    return { user: this.#name, ...seen };
  }

  async get(key: string): Promise<Buffer> {
    const { Body, $metadata } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    this.#traffic.rawFailures += ($metadata.attempts ?? 1) - 1;
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async #put(key: string): Promise<void> {
    const request = new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: contentOf(key) });
    const { $metadata } = await this.#client.send(request);
    this.#traffic.rawFailures += ($metadata.attempts ?? 1) - 1;
  }

  async #run(pauseMs: number): Promise<void> {
    // Keys are unique per client: an object of an earlier one must not hide a lost write.
    const prefix = `${this.#name.replaceAll(/[^a-z]+/gi, "-")}/${Date.now()}`;
    for (let count = 0; !this.#stopped; count += 1) {
      const size = OBJECT_SIZES[count % OBJECT_SIZES.length] ?? 0;
      const key = `${prefix}/${count}-${size}`;
      if (await this.#attempt("write", () => this.#put(key))) {
        this.acknowledged.push(key);
        this.#traffic.writes += 1;
      }
      await pause(pauseMs);
      const earlier = this.acknowledged[Math.floor(Math.random() * this.acknowledged.length)];
      if (earlier !== undefined && (await this.#attempt("read", () => this.#compare(earlier))))
        this.#traffic.reads += 1;
      await pause(pauseMs);
    }
  }

  async #compare(key: string): Promise<void> {
    if (!(await this.get(key)).equals(contentOf(key))) this.changed.push(key);
  }

  async #attempt(what: string, operation: () => Promise<void>): Promise<boolean> {
    try {
      await operation();
      this.#noteGap();
      this.#lastSuccess = performance.now();
      return true;
    } catch (error) {
      const { name, message, $metadata } = error as Error & Pick<S3ServiceException, "$metadata">;
      const { failed, cancelled } = this.#traffic;
      ($metadata?.httpStatusCode === CANCELLED ? cancelled : failed).push(`${what}: ${name}: ${message}`);
      this.#traffic.rawFailures += $metadata?.attempts ?? 1;
      return false;
    }
  }

  #noteGap(): void {
    this.#traffic.longestGapMs = Math.max(this.#traffic.longestGapMs, performance.now() - this.#lastSuccess);
  }
}

function emptyTraffic(): Omit<UserTraffic, "user"> {
  return { writes: 0, reads: 0, failed: [], cancelled: [], rawFailures: 0, longestGapMs: 0 };
}

/** Derives an object's content from its key, so that contents need not be kept for the comparison. */
function contentOf(key: string): Buffer {
  const size = Number(key.split("-").at(-1));
  const seed = createHash("sha256").update(key).digest();
  const stream = createCipheriv("aes-128-ctr", seed.subarray(0, 16), seed.subarray(16));
  return stream.update(Buffer.alloc(size));
}
