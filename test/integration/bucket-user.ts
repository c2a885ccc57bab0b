import { expect } from "vitest";
import { openBucket, randomObject } from "./s3.ts";
import type { TestStack } from "./stack.ts";

/** Checks that the user of the bucket in the example `ssh-store` can use it through each host, and stays a secret. */
export async function expectUsableBucket(stack: TestStack): Promise<void> {
  const { endpoints, bucketName, accessKey, secretKey } = (await stack.outputs({ showSecrets: true })) as {
    endpoints: Record<string, string>;
    bucketName: string;
    accessKey: string;
    secretKey: string;
  };
  const [a, b] = ["a", "b"].map((key) => openBucket(endpoints[key] ?? "", accessKey, secretKey, bucketName));
  const object = randomObject();
  await a!.put("object", object);
  await expect.poll(() => b!.get("object").catch(() => undefined), { timeout: 60_000 }).toEqual(object);
  expect(JSON.stringify(stack.state())).not.toContain(secretKey);
}
