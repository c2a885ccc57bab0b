import { Agent } from "node:https";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchBucket,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { PART_BYTES } from "./samples.ts";

/** A bucket behind one endpoint. */
export interface Bucket {
  create(): Promise<void>;
  write(key: string, bytes: Buffer): Promise<void>;
  read(key: string): Promise<Uint8Array>;
  keys(): Promise<string[]>;
  delete(key: string): Promise<void>;
  /** Deletes the bucket, which must be empty. Does nothing if there is none. */
  remove(): Promise<void>;
}

/** The connection to a store. The credentials stay in this process's memory. */
export interface StoreAccess {
  user: string;
  password: string;
  /** Certificate of the CA that signed the endpoints' certificates, PEM. @default - the public CAs */
  caCertificate?: string;
}

/** Returns the bucket behind an endpoint, through the AWS SDK. Calls end at once when `signal` aborts. */
export function openBucket(endpoint: string, access: StoreAccess, name: string, signal?: AbortSignal): Bucket {
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: "us-east-1",
    credentials: { accessKeyId: access.user, secretAccessKey: access.password },
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      ...(access.caCertificate && { httpsAgent: new Agent({ ca: access.caCertificate, keepAlive: true }) }),
    },
  });
  const Bucket = name;
  const options = { abortSignal: signal };

  async function writeInParts(Key: string, bytes: Buffer): Promise<void> {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }), options);
    try {
      const Parts: CompletedPart[] = [];
      for (let at = 0; at < bytes.length; at += PART_BYTES) {
        const PartNumber = Parts.length + 1;
        const Body = bytes.subarray(at, at + PART_BYTES);
        const part = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body });
        const { $metadata: _, ...sums } = await client.send(part, options);
        Parts.push({ PartNumber, ...sums });
      }
      const whole = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
      await client.send(whole, options);
    } catch (error) {
      // Incomplete parts would stay in the store for a day. The cleanup must not be cancelled, so it gets no `signal`.
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => {});
      throw error;
    }
  }

  return {
    async create() {
      await client.send(new CreateBucketCommand({ Bucket }), options);
    },
    async write(Key, bytes) {
      if (bytes.length > PART_BYTES) await writeInParts(Key, bytes);
      else await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes }), options);
    },
    async read(Key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), options);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },
    async keys() {
      const keys: string[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket }, options)) {
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
      }
      return keys;
    },
    async delete(Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }), options);
    },
    async remove() {
      try {
        await client.send(new DeleteBucketCommand({ Bucket }), options);
      } catch (error) {
        if (!(error instanceof NoSuchBucket) && (error as Error).name !== "NoSuchBucket") throw error;
      }
    },
  };
}
