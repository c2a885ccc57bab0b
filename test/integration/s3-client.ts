import type { LookupAddress } from "node:dns";
import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";

/** Where a store is, and who uses it. */
export interface StoreAccess {
  /** URLs of the S3 API; all of one port. */
  endpoints: string[];
  user: string;
  password: string;
}

/** A client of the SDK as it is by default, but for what decides where the store is. */
export function createS3Client(
  { endpoints, user, password }: StoreAccess,
  requestTimeout: number,
  maxAttempts?: number,
): S3Client {
  const urls = endpoints.map((endpoint) => new URL(endpoint));
  const lookup = roundRobin(urls.map(({ hostname }) => hostname));
  return new S3Client({
    endpoint: `http://store.test:${urls[0]?.port ?? 80}`,
    region: "us-east-1",
    credentials: { accessKeyId: user, secretAccessKey: password },
    forcePathStyle: true,
    ...(maxAttempts !== undefined && { maxAttempts }),
    requestHandler: {
      httpAgent: new Agent({ keepAlive: true, lookup }),
      requestTimeout,
      throwOnRequestTimeout: true,
    },
  });
}

/** All the addresses of a name, each time beginning with another; a connection goes to the first that takes it. */
function roundRobin(addresses: string[]): LookupFunction {
  let turn = 0;
  return (_hostname, options, callback) => {
    const all: LookupAddress[] = addresses.map((_, at) => ({
      address: addresses[(turn + at) % addresses.length] ?? "",
      family: 4,
    }));
    turn += 1;
    if (options.all) callback(null, all);
    else callback(null, all[0]?.address ?? "", 4);
  };
}
