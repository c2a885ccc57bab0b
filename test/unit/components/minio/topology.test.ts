import { describe, expect, test } from "vitest";
import {
  driveSource,
  erasureSetSize,
  poolLayout,
  type MemberHost,
  describeWorkableSizes,
} from "../../../../components/minio/layout/topology.ts";

const host = (key: string, drives: string[], hostname = `${key}-machine`): MemberHost => ({
  key,
  hostname,
  drives: Object.fromEntries(drives.map((drive) => [drive, {}])),
});

describe("endpoints", () => {
  test("one host with one drive: a standalone store", () => {
    expect(poolLayout("store", [host("a", ["d1"])])).toEqual({ endpoints: ["/drives/d1"], setSize: 1, sets: 1 });
  });

  test("one host, several drives: local paths in key order", () => {
    const { endpoints, setSize } = poolLayout("store", [host("a", ["d2", "d10", "d1"])]);
    expect(endpoints).toEqual(["/drives/d1", "/drives/d10", "/drives/d2"]);
    expect(setSize).toBe(3);
  });

  test("several hosts: every drive as a URL, drive by drive and host by host", () => {
    const { endpoints } = poolLayout("store", [host("b", ["d2", "d1"]), host("a", ["d1", "d2"], "zeus")]);
    expect(endpoints).toEqual([
      "http://store-zeus:9000/drives/d1",
      "http://store-b-machine:9000/drives/d1",
      "http://store-zeus:9000/drives/d2",
      "http://store-b-machine:9000/drives/d2",
    ]);
  });

  test("do not depend on the order of hosts and drives", () => {
    const one = poolLayout("store", [host("a", ["d1", "d2"]), host("b", ["d1", "d2"])]);
    const other = poolLayout("store", [host("b", ["d2", "d1"]), host("a", ["d2", "d1"])]);
    expect(other).toEqual(one);
  });

  test("put the same number of each host's drives in every set", () => {
    const hosts = ["a", "b", "c", "d"].map((key) => host(key, ["1", "2", "3", "4", "5", "6", "7", "8"]));
    const { endpoints, setSize, sets } = poolLayout("store", hosts);
    expect([setSize, sets]).toEqual([16, 2]);
    for (let set = 0; set < sets; set++) {
      const members = endpoints
        .slice(set * setSize, (set + 1) * setSize)
        .map((url) => (url as string).split(":9000")[0]);
      for (const name of new Set(members)) expect(members.filter((one) => one === name)).toHaveLength(4);
    }
  });
});

describe("drives per erasure set", () => {
  test.each([
    [1, 1, 1],
    [1, 2, 2],
    [1, 4, 4],
    [1, 13, 13],
    [1, 16, 16],
    [1, 17, undefined],
    [1, 18, 9],
    [1, 19, undefined],
    [1, 24, 12],
    [2, 1, 2],
    [3, 1, 3],
    [4, 1, 4],
    [4, 2, 8],
    [4, 4, 16],
    [4, 5, 4],
    [4, 8, 16],
    [5, 4, 10],
    [6, 3, 6],
    [16, 1, 16],
    [17, 1, undefined],
    [17, 2, undefined],
    [32, 1, 16],
  ])("%i hosts with %i drives each: %s", (hosts, drives, size) => {
    expect(erasureSetSize(hosts, drives)).toBe(size);
  });

  test.each([
    [1, 17, "16 or 18 drives per host work"],
    [1, 19, "18 or 20 drives per host work"],
    [17, 3, "16 or 18 hosts work"],
  ])("%i hosts with %i drives each form no equal sets: %s", (hosts, drives, words) => {
    expect(describeWorkableSizes(hosts, drives)).toBe(words);
  });
});

test.each([
  [{}, { volume: "store-d1" }],
  [{ path: "/mnt/disk1" }, { folder: "/mnt/disk1/minio", disk: { path: "/mnt/disk1", subfolder: "minio" } }],
  [
    { path: "/mnt/x", subfolder: "s3" },
    { folder: "/mnt/x/s3", disk: { path: "/mnt/x", subfolder: "s3" } },
  ],
])("the data source of %o", (drive, source) => {
  expect(driveSource("store", "d1", drive)).toEqual(source);
});
