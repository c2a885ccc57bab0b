import { expect, test } from "vitest";
import { isTransient } from "../../../../provider/minio/admin-client.ts";

test.each<[code: string, message: string, expected: boolean]>([
  ["SlowDownWrite", "Resource requested is unwritable, please reduce your request rate", true],
  ["SlowDownRead", "Resource requested is unreadable, please reduce your request rate", true],
  ["XMinioServerNotInitialized", "Server not initialized yet, please try again.", true],
  ["ServiceUnavailable", "", true],
  ["", "dial tcp 127.0.0.1:9000: connect: connection refused", true],
  ["AccessDenied", "Access Denied.", false],
  ["NoSuchBucket", "The specified bucket does not exist", false],
])("isTransient, code %j, message %j: %j", (code, message, expected) => {
  expect(isTransient({ code, message })).toBe(expected);
});
