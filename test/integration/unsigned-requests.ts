import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { tar } from "../../toolchain/tar.ts";

/** The header value for a payload and trailer that are not signed. */
const PAYLOAD = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/** The header that makes MinIO unpack an archive. */
const UNPACK = "x-amz-meta-snowball-auto-extract";

/** The bucket and credentials of a write. */
export interface Target {
  endpoint: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
}

/** Where a forged request carries the access key and a signature of zeros. */
export type SignatureLocation = "query" | "header";

/** How MinIO processes the payload. */
export type Upload = "object" | "part" | "archive";

/** Sends a write without a valid signature and returns the status. */
export async function putForged(
  target: Target,
  where: SignatureLocation,
  upload: Upload,
  key: string,
): Promise<number> {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const credential = `${target.accessKey}/${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const signature = "0".repeat(64);
  const names = upload === "archive" ? `host;${UNPACK}` : "host";
  const url = new URL(`${target.endpoint}/${target.bucket}/${key}`);
  if (upload === "part") url.search = "uploadId=none&partNumber=1";
  const signed = { "X-Amz-Credential": credential, "X-Amz-SignedHeaders": names, "X-Amz-Signature": signature };
  const query = { "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Date": date, "X-Amz-Expires": "600", ...signed };
  if (where === "query") for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  const headers: Record<string, string> = where === "header" ? { authorization, "x-amz-date": date } : {};
  return put(url, upload, headers);
}

/** Sends a write without any credentials and returns the status. */
export async function putAnonymous({ endpoint, bucket }: Target, key: string): Promise<number> {
  return put(new URL(`${endpoint}/${bucket}/${key}`), "object", {});
}

/** Writes with a presigned URL and returns the status. */
export async function putPresigned(target: Target, key: string): Promise<number> {
  const url = await getSignedUrl(client(target), new PutObjectCommand({ Bucket: target.bucket, Key: key }));
  return put(new URL(url), "object", {});
}

/** Writes a stream with a signed header, as the SDK does; an archive is unpacked. */
export async function putSigned(target: Target, upload: "object" | "archive", key: string): Promise<void> {
  const body = bodyOf(upload);
  const Metadata = upload === "archive" ? { "snowball-auto-extract": "true" } : undefined;
  const input = { Bucket: target.bucket, Key: key, ContentLength: body.length, Metadata };
  await client(target, "WHEN_SUPPORTED").send(new PutObjectCommand({ ...input, Body: Readable.from([body]) }));
}

function client(
  { endpoint, accessKey, secretKey }: Target,
  checksums: "WHEN_SUPPORTED" | "WHEN_REQUIRED" = "WHEN_REQUIRED",
) {
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  return new S3Client({
    ...{ endpoint, region: "us-east-1", credentials, forcePathStyle: true },
    requestChecksumCalculation: checksums,
  });
}

async function put(url: URL, upload: Upload, headers: Record<string, string>): Promise<number> {
  const body = bodyOf(upload);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  const trailer = `\r\n0\r\nx-amz-checksum-crc32:${sum.toString("base64")}\r\n\r\n`;
  const framed = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from(trailer)]);
  const answer = await fetch(url, {
    method: "PUT",
    headers: {
      ...headers,
      "x-amz-content-sha256": PAYLOAD,
      "x-amz-decoded-content-length": String(body.length),
      "x-amz-trailer": "x-amz-checksum-crc32",
      ...(upload === "archive" && { [UNPACK]: "true" }),
    },
    // The handler for archives does not decode chunks of such a payload.
    body: new Uint8Array(upload === "archive" ? body : framed),
  });
  await answer.body?.cancel();
  return answer.status;
}

/** The name of the only file in the archive. */
export const UNPACKED = "unpacked";

function bodyOf(upload: Upload): Buffer {
  const text = Buffer.from("written without a signature");
  return upload === "archive" ? tar([{ name: UNPACKED, mode: 0o644, content: text }]) : text;
}
