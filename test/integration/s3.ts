import { randomBytes } from "node:crypto";
import { Agent } from "node:https";
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { vi } from "vitest";
import type { TestStack } from "./stack.ts";

/** A bucket, reached through one endpoint. */
export class Bucket {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async create(): Promise<void> {
    await this.#client.send(new CreateBucketCommand({ Bucket: this.#bucket }));
  }

  async createIfMissing(): Promise<void> {
    await this.create().catch((error: unknown) => {
      if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
    });
  }

  async put(key: string, body: Buffer): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: body }));
  }

  /** Puts an object that the store encrypts with its KMS key. */
  async putEncrypted(key: string, body: Buffer): Promise<void> {
    const command = { Bucket: this.#bucket, Key: key, Body: body, ServerSideEncryption: "AES256" } as const;
    await this.#client.send(new PutObjectCommand(command));
  }

  /** Returns the algorithm with which an object is encrypted; undefined if it is not. */
  async encryption(key: string): Promise<string | undefined> {
    const { ServerSideEncryption } = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
    return ServerSideEncryption;
  }

  /** Returns when an object expires, and by which lifecycle rule; undefined if it does not. */
  async expiration(key: string): Promise<string | undefined> {
    return (await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }))).Expiration;
  }

  /** Returns an object's content type and metadata. */
  async head(key: string): Promise<{ type?: string; metadata?: Record<string, string> }> {
    const head = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
    return { type: head.ContentType, metadata: head.Metadata };
  }

  async get(key: string): Promise<Buffer> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async list(): Promise<string[]> {
    const { Contents = [] } = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket }));
    return Contents.map(({ Key }) => Key ?? "");
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }
}

/** Returns the same bucket through each endpoint that the stack exports, by host key. */
export async function openBuckets(stack: TestStack, name: string): Promise<Record<string, Bucket>> {
  const { endpoints, rootUser, rootPassword, caCertificate } = (await stack.outputs({ showSecrets: true })) as {
    endpoints: Record<string, string>;
    rootUser: string;
    rootPassword: string;
    caCertificate?: string;
  };
  return Object.fromEntries(
    Object.entries(endpoints).map(([key, endpoint]) => [
      key,
      openBucket(endpoint, rootUser, rootPassword, name, caCertificate),
    ]),
  );
}

/**
 * Waits until an object written through any endpoint can be read through all of them. After an `up` with a short
 * `minReadySeconds`, a member may not have reconnected to the other members' drives for up to 15 s.
 */
export async function waitUntilShared(stack: TestStack): Promise<void> {
  const members = Object.entries(await openBuckets(stack, "shared"));
  const share = async () => {
    await members[0]?.[1].createIfMissing();
    for (const [from, one] of members) {
      const object = randomObject(1_000);
      await one.put(from, object);
      for (const [to, other] of members) {
        if (!(await other.get(from)).equals(object)) throw new Error(`${to} returned other content than ${from} wrote`);
      }
    }
  };
  await vi.waitFor(share, { timeout: 60_000, interval: 500 });
}

/** Opens a bucket; with `ca`, over TLS, trusting only that authority. */
export function openBucket(endpoint: string, user: string, password: string, name: string, ca?: string): Bucket {
  const credentials = { accessKeyId: user, secretAccessKey: password };
  return new Bucket(
    new S3Client({
      endpoint,
      region: "us-east-1",
      credentials,
      forcePathStyle: true,
      ...(ca && { requestHandler: { httpsAgent: new Agent({ ca }) } }),
    }),
    name,
  );
}

/** Returns random content, by default larger than one erasure-coded block. */
export function randomObject(size = 3_000_000): Buffer {
  return randomBytes(size);
}
