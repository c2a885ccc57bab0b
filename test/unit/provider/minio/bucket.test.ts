import { beforeEach, expect, test, vi } from "vitest";
import { Bucket, type BucketInputs } from "../../../../provider/minio/bucket.ts";
import type { McResult, StoreLocation } from "../../../../provider/minio/admin-client.ts";
import { setLogSink } from "../../../../provider/runtime/log-line.ts";
import type { S3Rule } from "../../../../provider/minio/bucket-lifecycle.ts";

const STORE: StoreLocation = { managers: {}, swarmId: "s", nodes: {}, serviceName: "store", serviceIds: { main: "i" } };

/** A store with one bucket. */
const { bucket } = vi.hoisted(() => ({ bucket: { rules: [] as S3Rule[], quota: 0 } }));

vi.mock(import("../../../../provider/import/imported-store.ts"), async (original) => ({
  ...(await original()),
  locateImported: (_kind, name) => Promise.resolve({ store: STORE, name }),
}));

vi.mock(import("../../../../provider/minio/admin-client.ts"), async (original) => {
  const answerTo = (args: string[], input = ""): McResult<unknown> => {
    const [command, action, verb] = args;
    const done = { ok: true, value: {} } as const;
    const noRules = { ok: false, code: "NoSuchLifecycleConfiguration", message: "no rules" } as const;
    if (command === "version") return { ok: true, value: { versioning: { status: "Enabled" } } };
    if (command === "quota") {
      if (action === "set") bucket.quota = Number(args.at(-1));
      if (action === "clear") bucket.quota = 0;
      return bucket.quota === 0 ? done : { ok: true, value: { quota: bucket.quota } };
    }
    if (command !== "ilm") return done;
    if (verb === "import") {
      bucket.rules = (JSON.parse(input) as { Rules: S3Rule[] }).Rules;
      return done;
    }
    if (bucket.rules.length === 0) return noRules;
    if (verb === "rm") bucket.rules = [];
    return { ok: true, value: { config: { Rules: bucket.rules } } };
  };
  return {
    ...(await original()),
    mcTry: <T>(_store: StoreLocation, args: string[], input?: string) =>
      Promise.resolve(answerTo(args, input) as McResult<T>),
    mc: <T>(_store: StoreLocation, args: string[], input?: string) =>
      Promise.resolve((answerTo(args, input) as { value: T }).value),
  };
});

const PHOTOS: BucketInputs = { store: STORE, bucketName: "photos", versioning: true, objectLock: false };
const LIFECYCLE = { tmp: { prefix: "tmp/", expirationDays: 7 } };
const DECLARED: BucketInputs = { ...PHOTOS, lifecycle: LIFECYCLE, quotaMiB: 10 };
const BY_HAND: S3Rule = { ID: "hand", Status: "Enabled", Expiration: { Days: 1 } };

beforeEach(() => void Object.assign(bucket, { rules: [BY_HAND], quota: 5 }));

test.each<[string, Partial<BucketInputs>, BucketInputs, string[], number]>([
  ["were never declared, stay", {}, PHOTOS, ["hand"], 5],
  ["are declared, are replaced", {}, DECLARED, ["tmp"], 10 * 2 ** 20],
  ["are declared as none, are removed", {}, { ...PHOTOS, lifecycle: {} }, [], 5],
  ["are no longer declared, are removed", { lifecycle: LIFECYCLE, quotaMiB: 10 }, PHOTOS, [], 0],
])("rules and a quota that %s", async (_what, olds, news, rules, quota) => {
  await Bucket.update!("photos", { ...PHOTOS, ...olds, createdByUs: true }, news);
  expect(bucket).toEqual({ rules: rules.map((ID) => expect.objectContaining({ ID }) as S3Rule), quota });
});

test("declared as none, may be missing", async () => {
  bucket.rules = [];
  await Bucket.update!("photos", { ...PHOTOS, createdByUs: true }, { ...PHOTOS, lifecycle: {} });
  expect(bucket.rules).toEqual([]);
});

test("a refresh reads only what is declared", async () => {
  expect((await Bucket.read("photos", { ...PHOTOS, createdByUs: true })).inputs).toEqual(PHOTOS);
  const { inputs } = await Bucket.read("photos", { ...DECLARED, createdByUs: true });
  expect(inputs).toMatchObject({ lifecycle: { hand: { expirationDays: 1 } }, quotaMiB: 5 / 2 ** 20 });
});

test("a refresh finds no drift in what was just set, or removed", async () => {
  const spelled = { ...DECLARED, lifecycle: { tmp: { ...LIFECYCLE.tmp, expiredObjectDeleteMarker: false } } };
  const { outs } = await Bucket.create(spelled);
  expect((await Bucket.read("photos", outs)).inputs).toEqual(spelled);
  Object.assign(bucket, { rules: [], quota: 0 });
  expect((await Bucket.read("photos", outs)).inputs).toEqual({ ...PHOTOS, lifecycle: {} });
});

test("an import leaves rules alone that it cannot express", async () => {
  bucket.rules = [BY_HAND, { ...BY_HAND, ID: "off", Status: "Disabled" }];
  const lines: string[] = [];
  setLogSink((line) => void lines.push(line));
  const { inputs } = await Bucket.read("photos", undefined, () => ({ host: "unix:///here" }));
  setLogSink((line) => console.log(line));
  expect(inputs).toEqual({ ...PHOTOS, quotaMiB: 5 / 2 ** 20 });
  expect(lines).toEqual([
    "bucket photos: its lifecycle rules are not imported and stay as they are: lifecycle cannot express off",
  ]);
});
