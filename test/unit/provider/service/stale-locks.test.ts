import { expect, test } from "vitest";
import { findStaleLocks, type Lock, parseLocks } from "../../../../provider/service/stale-locks.ts";

/** Output of `mc support top locks --json` after node1 of a store was stopped. */
const PRINTED = `
{"time":"2026-11-26T18:10:19.712289843Z","elapsed":"8s","resource":"all-5/66-16000","type":"WRITE","source":"[erasure-object.go:1555:erasureObjects.putObject()]","serverlist":["store-node2:9000","store-node3:9000","store-node4:9000"],"owner":"store-node1:9000","id":"b742eb33-5ec8-4154-b550-9522b5766eb7","quorum":3,"Stale":false}
{"time":"2026-11-26T18:10:19.71700988Z","elapsed":"8s","resource":".minio.sys/buckets/all-4/.usage-cache.bin","type":"WRITE","source":"[erasure-object.go:1555:erasureObjects.putObject()]","serverlist":["store-node2:9000","store-node3:9000","store-node4:9000"],"owner":"store-node1:9000","id":"228faeeb-e438-47b4-a02d-d09f4a8d8dd1","quorum":3,"Stale":false}
`;

test("parses locks line by line, and empty output as none", () => {
  expect(parseLocks(PRINTED).map(({ resource }) => resource)).toEqual([
    "all-5/66-16000",
    ".minio.sys/buckets/all-4/.usage-cache.bin",
  ]);
  expect(parseLocks("\n")).toEqual([]);
});

const START = "2026-11-26T18:10:24.123456789Z";
const lock = (change: Partial<Lock>): Lock => ({
  id: "one",
  resource: "bucket/object",
  owner: "store-node1:9000",
  time: "2026-11-26T18:10:19.712289843Z",
  ...change,
});

test.each<[string, Lock, number]>([
  ["of a task that ran before the present one is stale", lock({}), 1],
  ["whose owner has no port is stale", lock({ owner: "store-node1" }), 1],
  ["of the running task is not stale", lock({ time: "2026-11-26T18:10:30Z" }), 0],
  ["of the application itself is not stale", lock({ resource: ".minio.sys/leader.lock" }), 0],
  ["of a task with an unknown start is not stale", lock({ owner: "store-node9:9000" }), 0],
])("a lock %s", (_what, one, count) => {
  expect(findStaleLocks([one], new Map([["store-node1", Date.parse(START)]]), ".")).toHaveLength(count);
});
