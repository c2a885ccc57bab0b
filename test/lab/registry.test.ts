import { expect, test } from "vitest";
import { parsePushedDigest } from "../../lab/registry.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

test.each([
  [
    "the store of 20.10",
    [
      '{"status":"The push refers to repository [198.18.0.1:5000/nothing]"}',
      `{"status":"latest: digest: ${DIGEST} size: 400"}`,
      `{"progressDetail":{},"aux":{"Tag":"latest","Digest":"${DIGEST}","Size":400}}`,
    ],
    DIGEST,
  ],
  ["the containerd image store", [`{"status":"latest: digest: ${DIGEST} size: 400"}`], DIGEST],
  ["a push that failed", ['{"errorDetail":{"message":"no such host"},"error":"no such host"}'], undefined],
])("the digest of an image pushed from %s", (_store, lines, digest) => {
  expect(parsePushedDigest(`${lines.join("\r\n")}\r\n`)).toBe(digest);
});
