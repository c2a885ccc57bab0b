import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { StoreAccess } from "../../test/integration/s3-client.ts";
import { measureSeconds } from "../measure.ts";

/** The objects that clients write and read. */
export interface Load {
  /** Number of concurrent clients, each with one request at a time. */
  clients: number;
  /** Number of objects for each client. */
  objects: number;
  /** Size of an object in bytes. */
  size: number;
}

/** Speeds in MiB/s. */
export interface Speeds {
  put: number;
  get: number;
}

const BUCKET = "pulumi-swarm-bench";

/** Measures clients that write objects and read them back; then deletes the objects. */
export async function measureSpeeds(access: StoreAccess, { clients, objects, size }: Load): Promise<Speeds> {
  const stores = access.endpoints.map((endpoint) => s3(endpoint, access));
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const body = randomBytes(size);
  const Bucket = BUCKET;
  await stores[0]!.send(new CreateBucketCommand({ Bucket }));
  try {
    const work = (each: (store: S3Client, Key: string) => Promise<void>) =>
      Promise.all(
        Array.from({ length: clients }, async (_, client) => {
          const store = stores[client % stores.length]!;
          for (let number = 0; number < objects; number++) await each(store, `${client}/${number}`);
        }),
      );
    const put = await measureSeconds(() =>
      work(async (store, Key) => {
        await transfer("PUT", await getSignedUrl(store, new PutObjectCommand({ Bucket, Key })), agent, body);
      }),
    );
    const get = await measureSeconds(() =>
      work(async (store, Key) => {
        const bytes = await transfer("GET", await getSignedUrl(store, new GetObjectCommand({ Bucket, Key })), agent);
        if (bytes !== size) throw new Error(`object ${Key}: ${bytes} bytes came back of ${size}`);
      }),
    );
    await work(async (store, Key) => void (await store.send(new DeleteObjectCommand({ Bucket, Key }))));
    await stores[0]!.send(new DeleteBucketCommand({ Bucket }));
    const mebibytes = (clients * objects * size) / 2 ** 20;
    return { put: mebibytes / put, get: mebibytes / get };
  } finally {
    agent.destroy();
    for (const store of stores) store.destroy();
  }
}

/** Creates a client that only signs requests; with checksums the SDK could be slower than the store. */
function s3(endpoint: string, { user, password }: StoreAccess): S3Client {
  return new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: user, secretAccessKey: password },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

/** Sends a request, and returns the number of bytes received. */
function transfer(method: "PUT" | "GET", url: string, agent: Agent, body?: Buffer): Promise<number> {
  const headers = body && { "content-length": body.length };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers }, (response) => {
      let bytes = 0;
      let last = "";
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (response.statusCode !== 200) last = chunk.toString();
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(bytes);
        else reject(new Error(`${method} ${new URL(url).pathname} answered ${response.statusCode}: ${last}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
