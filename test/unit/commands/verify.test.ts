import { describe as suite, expect, test } from "vitest";
import { renderVerify, verifyReport } from "../../../commands/verify/report.ts";
import { removeBucket, verifyRound } from "../../../commands/verify/round.ts";
import { sampleBytes, sha256, PART_BYTES, SAMPLES } from "../../../commands/verify/samples.ts";
import type { Bucket } from "../../../commands/verify/store.ts";

/** A bucket in memory. Hosts with the same map are one cluster. */
function bucketOn(objects: Map<string, Buffer>, wrong: Partial<Bucket> = {}): Bucket {
  return {
    create: async () => {},
    write: async (key, bytes) => void objects.set(key, bytes),
    read: async (key) => objects.get(key) ?? Promise.reject(new Error("NoSuchKey: the key does not exist")),
    keys: async () => [...objects.keys()],
    delete: async (key) => void objects.delete(key),
    remove: async () => {},
    ...wrong,
  };
}

const SMALL = [
  { name: "empty", size: 0 },
  { name: "a b ü", size: 20 },
];

async function reportOf(buckets: Record<string, Bucket>) {
  const endpoints = Object.fromEntries(Object.keys(buckets).map((host) => [host, `http://${host}:9000`]));
  const round = await verifyRound(buckets, SMALL, "seed");
  return verifyReport({ stack: "dev", endpoints, unreachable: {}, bucket: "b", objects: SMALL, seconds: 1 }, round);
}

suite("samples", () => {
  test("depend only on the seed", () => {
    expect(sampleBytes("a", 1000)).toEqual(sampleBytes("a", 1000));
    expect(sampleBytes("a", 1000)).not.toEqual(sampleBytes("b", 1000));
  });

  test.each(SAMPLES)("$name has its size", ({ size }) => {
    expect(sampleBytes("seed", size)).toHaveLength(size);
  });

  test("include an empty object, a multipart object, and a name with spaces and non-ASCII letters", () => {
    expect(SAMPLES.map(({ size }) => size)).toContain(0);
    expect(SAMPLES.some(({ size }) => size > 2 * PART_BYTES)).toBe(true);
    expect(SAMPLES.some(({ name }) => name.includes(" ") && /[^\x00-\x7f]/.test(name))).toBe(true);
  });

  test("are compared by SHA-256", () => {
    expect(sha256(Buffer.from("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

suite("a round", () => {
  test("finds no difference in one cluster, and deletes everything", async () => {
    const objects = new Map<string, Buffer>();
    const report = await reportOf({ a: bucketOn(objects), b: bucketOn(objects) });
    expect(report.differences).toEqual([]);
    expect(report.pairs).toEqual([
      { writer: "a", reader: "a", equal: 2, objects: 2 },
      { writer: "a", reader: "b", equal: 2, objects: 2 },
      { writer: "b", reader: "a", equal: 2, objects: 2 },
      { writer: "b", reader: "b", equal: 2, objects: 2 },
    ]);
    expect(objects.size).toBe(0);
  });

  test("finds separate stores behind one name, as in the article, for every pair", async () => {
    const report = await reportOf({ a: bucketOn(new Map()), b: bucketOn(new Map()) });
    expect(report.pairs.map(({ equal }) => equal)).toEqual([2, 0, 0, 2]);
    expect(report.differences).toContain(
      `"a b ü" (20 bytes) written through a, read through b: NoSuchKey: the key does not exist`,
    );
    expect(report.differences).toContain(`list through b: "a/a b ü" is missing`);
  });

  test.each<[string, Partial<Bucket>, RegExp]>([
    ["other bytes", { read: async () => Buffer.from("other") }, /read through b: SHA-256 \w{64} instead of \w{64}/],
    [
      "a read that fails",
      { read: () => Promise.reject(new Error("connect ECONNREFUSED")) },
      /read through b: connect E/,
    ],
    [
      "a write that fails",
      { write: () => Promise.reject(new Error("quorum")) },
      /written through b.*not written: quorum/,
    ],
    ["a list that fails", { keys: () => Promise.reject(new Error("down")) }, /list through b after .* written: down/],
    ["a list with too much", { keys: async () => ["x"] }, /list through b: "x" is listed/],
    [
      "a delete without effect",
      { delete: async () => {} },
      /list through a: "a\/empty" is listed after it was deleted/,
    ],
  ])("reports %s as a difference", async (_name, wrong, line) => {
    const objects = new Map<string, Buffer>();
    const report = await reportOf({ a: bucketOn(objects), b: bucketOn(objects, wrong) });
    expect(report.differences.join("\n")).toMatch(line);
  });

  test("ends after an abort", async () => {
    const stop = new AbortController();
    const write = async () => {
      stop.abort(new Error("interrupted"));
      throw new Error("aborted");
    };
    const round = verifyRound({ a: bucketOn(new Map(), { write }) }, SMALL, "seed", undefined, stop.signal);
    await expect(round).rejects.toThrow("interrupted");
  });
});

suite("removing the bucket", () => {
  test("uses the next host if one does not answer", async () => {
    const objects = new Map([["left", Buffer.alloc(1)]]);
    const down = bucketOn(objects, { keys: () => Promise.reject(new Error("down")) });
    await removeBucket([down, bucketOn(objects)]);
    expect(objects.size).toBe(0);
  });

  test("fails with the last reason if no host succeeds", async () => {
    const remove = () => Promise.reject(new Error("BucketNotEmpty"));
    await expect(removeBucket([bucketOn(new Map(), { remove })])).rejects.toThrow("BucketNotEmpty");
  });

  test("succeeds for a bucket that was never created", async () => {
    const keys = () => Promise.reject(Object.assign(new Error("gone"), { name: "NoSuchBucket" }));
    await expect(removeBucket([bucketOn(new Map(), { keys })])).resolves.toBeUndefined();
  });
});

suite("rendering", () => {
  test("reports equal objects", async () => {
    const objects = new Map<string, Buffer>();
    const text = renderVerify(await reportOf({ a: bucketOn(objects), b: bucketOn(objects) }));
    expect(text).toContain("read through b");
    expect(text).toContain("a (http://a:9000)");
    expect(text).toContain("2 equal");
    expect(text).toContain("every object read back equal through every endpoint");
  });

  test("counts and lists differences", async () => {
    const text = renderVerify(await reportOf({ a: bucketOn(new Map()), b: bucketOn(new Map()) }));
    expect(text).toContain("2 of 2 differ");
    expect(text).toMatch(/\d+ differences:\n {2}"empty"/);
  });
});

test("reports an unreachable endpoint as a difference, without pairs", () => {
  const endpoints = { a: "http://a:9000", b: "http://b:9000" };
  const run = {
    stack: "dev",
    endpoints,
    unreachable: { b: "no answer within 5 s" },
    bucket: "x",
    objects: [],
    seconds: 1,
  };
  const report = verifyReport(run, { readings: [], listings: [] });
  expect(report.pairs).toEqual([{ writer: "a", reader: "a", equal: 0, objects: 0 }]);
  expect(report.differences).toEqual(["endpoint b (http://b:9000): no answer within 5 s"]);
  expect(renderVerify(report)).toContain("no answer");
});
