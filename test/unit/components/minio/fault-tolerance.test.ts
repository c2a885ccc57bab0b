import { expect, test } from "vitest";
import { toleratesHostLoss } from "../../../../components/minio/layout/fault-tolerance.ts";
import { poolLayout } from "../../../../components/minio/layout/topology.ts";
import { fakeHost } from "../../harness.ts";

test.each<[hosts: number, drives: number, environment: Record<string, string>, bears: boolean]>([
  [1, 1, {}, false],
  [1, 4, {}, false],
  [2, 1, {}, false],
  [2, 4, {}, false],
  [3, 1, {}, true],
  [4, 1, {}, true],
  [4, 4, {}, true],
  [16, 2, {}, true],
  [4, 1, { MINIO_STORAGE_CLASS_STANDARD: "EC:1" }, true],
  [4, 1, { MINIO_STORAGE_CLASS_STANDARD: "EC:0" }, false],
  [4, 4, { MINIO_STORAGE_CLASS_STANDARD: "EC:2" }, false],
])(
  "%d hosts with %d drives each and %o accept writes without one host: %s",
  (count, driveCount, environment, bears) => {
    const drives = Object.fromEntries(Array.from({ length: driveCount }, (_, at) => [`d${at + 1}`, {}]));
    const hosts = Array.from({ length: count }, (_, at) => fakeHost(`h${String(at).padStart(2, "0")}`, drives));
    const pool = { hosts, layout: poolLayout("store", hosts) };
    expect(toleratesHostLoss(pool, { pools: [pool] }, environment)).toBe(bears);
  },
);
