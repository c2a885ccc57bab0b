import type { LookupAddress } from "node:dns";
import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";

/** Endpoints and credentials of a store. */
export interface StoreAccess {
  /** URLs of the S3 API, all with the same port. */
  endpoints: string[];
  user: string;
  password: string;
}

/** Creates a client with the SDK's defaults that resolves one host name to all endpoints. */
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

/** Returns all addresses on each lookup, starting with the next one each time; Node connects to the first that accepts. */
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
