import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { MinioBucket, type MinioBucketArgs } from "../../../../components/minio/iam/bucket.ts";
import { validateBucket, validateUser } from "../../../../components/minio/validation/buckets-and-users.ts";
import { userPolicy, policyPrefix } from "../../../../components/minio/iam/policy.ts";
import { MinioService } from "../../../../components/minio/minio-service.ts";
import { generatedAccessKey, MinioUser, type MinioUserArgs } from "../../../../components/minio/iam/user.ts";
import { Bucket } from "../../../../provider/minio/bucket.ts";
import type { StoreLocation } from "../../../../provider/minio/admin-client.ts";
import { RootServiceAccounts } from "../../../../provider/minio/root-service-accounts.ts";
import { resolveUserNames, User } from "../../../../provider/minio/user.ts";
import { isSamePolicy } from "../../../../provider/minio/user-info.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, fakeNetwork, getErrorMessage, runProgram } from "../../harness.ts";

const ADDRESS: StoreLocation = {
  managers: { a: { host: "unix:///a" } },
  swarmId: "s1",
  nodes: { a: { nodeId: "n1", connection: { host: "unix:///a" } } },
  serviceName: "store",
  serviceIds: { main: "id1" },
};

/** Pulumi's placeholder for values that are not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function store(): MinioService {
  const swarm = new Swarm("swarm", { managers: [fakeHost("a")] });
  return new MinioService("store", { swarm, network: fakeNetwork("network-1") });
}

const outputs = (type: string): Record<string, unknown> =>
  type.endsWith(":RootCredentials") ? { user: "root", password: "p", generation: "g" } : {};

const bucket = (args: Omit<MinioBucketArgs, "store">) => new MinioBucket("photos", { store: store(), ...args });
const user = (args: Omit<MinioUserArgs, "store">) => new MinioUser("app", { store: store(), ...args });

describe("policy", () => {
  const actions = (access: "readonly" | "writeonly" | "readwrite") =>
    userPolicy({ photos: access })
      .Statement.filter(({ Effect }) => Effect === "Allow")
      .map(({ Action, Resource = [] }) => [Resource[0], ...Action]);
  test.each([
    [
      "readonly",
      [
        ["arn:aws:s3:::photos", "s3:GetBucketLocation", "s3:ListBucket"],
        ["arn:aws:s3:::photos/*", "s3:GetObject", "s3:GetObjectTagging"],
      ],
    ],
    [
      "writeonly",
      [
        ["arn:aws:s3:::photos", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        [
          "arn:aws:s3:::photos/*",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
          "s3:PutObjectTagging",
        ],
      ],
    ],
  ] as const)("%s", (access, wanted) => {
    expect(actions(access)).toEqual(wanted);
  });

  test("readwrite adds deletion to both, but not of versions", () => {
    const [onBucket = [], onObjects = []] = actions("readwrite");
    expect(onBucket).toEqual(expect.arrayContaining(actions("readonly")[0]!));
    expect(onObjects).toEqual(expect.arrayContaining([...actions("readonly")[1]!, ...actions("writeonly")[1]!]));
    expect(onObjects).toContain("s3:DeleteObject");
    expect(onObjects).not.toContain("s3:DeleteObjectVersion");
  });

  test.each(["readonly", "writeonly", "readwrite"] as const)("%s denies the whole admin API", (access) => {
    const { Statement } = userPolicy({ photos: access });
    expect(Statement.filter(({ Effect }) => Effect === "Deny")).toEqual([{ Effect: "Deny", Action: ["admin:*"] }]);
  });

  test("has a different prefix for every resource", () => {
    const prefixes = ["a", "a.b", "a:b", "a%3Ab"].map(policyPrefix);
    expect(prefixes).toEqual(["a", "a.b", "a%3Ab", "a%253Ab"].map((name) => `project:stack:${name}`));
  });

  test("does not depend on the order of the buckets", () => {
    expect(userPolicy({ b: "readonly", a: "readwrite" })).toEqual(userPolicy({ a: "readwrite", b: "readonly" }));
  });

  test("equals one with its actions in another order, but not one with other actions", () => {
    const text = (...Action: string[]) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Action }] });
    expect(isSamePolicy(text("a", "b"), text("b", "a"))).toBe(true);
    expect(isSamePolicy(text("a", "b"), text("a", "c"))).toBe(false);
    expect(isSamePolicy(text("a"), "{}")).toBe(false);
  });
});

describe("rejects", () => {
  test.each([
    ["bucketName", { bucketName: "No" }, "3 to 63 lowercase"],
    ["bucketName", { bucketName: "a..b" }, "single inner dots"],
    ["bucketName", { bucketName: "10.0.0.1" }, "IP address"],
    ["bucketName", { bucketName: "minio" }, "is reserved by MinIO"],
    ["versioning", { objectLock: true, versioning: false }, "leave versioning out"],
    ["quotaMiB", { quotaMiB: 0 }, "at least 1 MiB"],
    ["lifecycle.old", { lifecycle: { old: {} } }, "deletes nothing"],
  ])("a bucket's %s", async (argument, args, problem) => {
    const [finding] = validateBucket(args);
    expect(finding).toMatchObject({ argument, problem: expect.stringContaining(problem) as string });
    expect(await getErrorMessage(() => bucket(args))).toContain(`MinioBucket "photos": ${argument}`);
  });

  test.each([
    ["accessKey", { accessKey: "a", access: { photos: "readonly" } }, "3 to 64 letters"],
    ["accessKey", { accessKey: "-rf", access: { photos: "readonly" } }, "not starting with a hyphen"],
    ["access", { access: {} }, "name one"],
    ["access.No", { access: { No: "readonly" } }, "3 to 63 lowercase"],
    ["access.photos", { access: { photos: "admin" as "readonly" } }, '"readonly" or "writeonly" or "readwrite"'],
  ] as const)("a user's %s", async (argument, args, problem) => {
    const [finding] = validateUser(args);
    expect(finding).toMatchObject({ argument, problem: expect.stringContaining(problem) as string });
    expect(await getErrorMessage(() => user(args))).toContain(`MinioUser "app": ${argument}`);
  });
});

describe("arguments reach the resource", () => {
  const inputsOf = async (program: () => unknown, type: string) =>
    (await runProgram(program, { outputs })).resources.find((resource) => resource.type.endsWith(type))?.inputs;

  test("of a bucket", async () => {
    const defaults = { bucketName: "photos", versioning: false, objectLock: false };
    expect(await inputsOf(() => bucket({}), ":Bucket")).toMatchObject(defaults);
    expect(await inputsOf(() => bucket({ objectLock: true }), ":Bucket")).toMatchObject({ versioning: true });
    const named = { bucketName: pulumi.output("other"), versioning: true };
    expect(await inputsOf(() => bucket(named), ":Bucket")).toMatchObject({ bucketName: "other", versioning: true });
    const settings = { lifecycle: { tmp: { prefix: "tmp/", expirationDays: 7 } }, quotaMiB: 100 };
    expect(await inputsOf(() => bucket(settings), ":Bucket")).toMatchObject(settings);
  });

  test("of a user", async () => {
    const access = { photos: "readonly" } as const;
    const inputs = await inputsOf(() => user({ access, secretKeyGeneration: "2" }), ":User");
    expect(inputs).toMatchObject({
      defaultAccessKey: generatedAccessKey("app", "store-credentials-id"),
      policyPrefix: "project:stack:app",
      policy: JSON.stringify(userPolicy(access)),
      enabled: true,
      generation: "2",
    });
    expect(inputs?.["accessKey"]).toBeUndefined();
    expect(await inputsOf(() => user({ access, accessKey: "mine" }), ":User")).toMatchObject({ accessKey: "mine" });
  });
});

describe("the effect of a change", () => {
  const photos = { store: ADDRESS, bucketName: "photos", versioning: false, objectLock: false };
  const made = { ...photos, createdByUs: true };

  test.each([
    ["nothing", {}, { changes: false, replaces: [] }],
    ["versioning", { versioning: true }, { changes: true, replaces: [] }],
    ["lifecycle", { lifecycle: { old: { expirationDays: 1 } } }, { changes: true, replaces: [] }],
    ["quota", { quotaMiB: 1 }, { changes: true, replaces: [] }],
    ["another name", { bucketName: "other" }, { changes: true, replaces: ["bucketName"] }],
    ["a name not known yet", { bucketName: UNKNOWN }, { changes: true, replaces: [] }],
    ["another store", { store: { ...ADDRESS, serviceName: "second" } }, { changes: true, replaces: ["store"] }],
    ["a replaced store", { store: UNKNOWN as unknown as StoreLocation }, { changes: true, replaces: [] }],
    ["other services", { store: { ...ADDRESS, serviceIds: { main: "id2" } } }, { changes: true, replaces: [] }],
  ])("of a bucket: %s", async (_what, change, wanted) => {
    expect(await Bucket.diff("photos", made, { ...photos, ...change })).toEqual(wanted);
  });

  test("of a bucket: its lock is immutable; another bucket has its own", async () => {
    const failures = async (change: object) => (await Bucket.check!(photos, { ...photos, ...change })).failures;
    expect((await failures({ objectLock: true }))[0]?.reason).toContain("cannot be changed from false");
    expect(await failures({ objectLock: true, bucketName: "other" })).toEqual([]);
    expect((await Bucket.check!({}, { ...photos, objectLock: true })).failures).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ["days that overflow in MinIO", { lifecycle: { old: { expirationDays: 106_751 } } }, ["must be a whole number"]],
    ["rules about versions that it still has", { lifecycle: { old: { noncurrentVersionExpirationDays: 1 } } }, []],
    ["rules that are not known yet", { lifecycle: UNKNOWN }, []],
  ])("of an imported bucket: %s", async (_what, change, wanted) => {
    const { failures } = await Bucket.check!(photos, { ...photos, ...change });
    expect(failures.map(({ reason }) => reason)).toEqual(wanted.map((text) => expect.stringContaining(text) as string));
  });

  describe("of a user's names", () => {
    const asked = { store: ADDRESS, policy: "{}", enabled: true, policyPrefix: "p:s:app", defaultAccessKey: "app-1" };
    const names = { accessKey: "app-1", policyName: "p:s:app:app-1", policies: ["p:s:app:app-1"] };
    const former = { accessKey: "app", policyName: "p.s.app.app", policies: ["p.s.app.app"] };
    test.each<[string, object, object, object]>([
      ["a new user", {}, {}, names],
      ["a user with a given key", {}, { accessKey: "k" }, { accessKey: "k", policyName: "p:s:app:k" }],
      ["a user of an earlier release", former, {}, former],
      ["a user of an earlier release with manually changed policies", { ...former, policies: ["x"] }, {}, former],
      ["a key that is no longer set", { accessKey: "k", policyName: "p:s:app:k" }, {}, { accessKey: "k" }],
      ["another key", names, { accessKey: "k" }, { accessKey: "k", policyName: "p:s:app:k" }],
      ["another default", names, { defaultAccessKey: "app-2" }, names],
      ["a store that is not known yet", {}, { defaultAccessKey: UNKNOWN }, { accessKey: UNKNOWN, policyName: UNKNOWN }],
    ])("%s", (_what, olds, change, wanted) => {
      expect(resolveUserNames(olds, { ...asked, ...change })).toMatchObject(wanted);
    });

    test("the default access key depends on the store and the resource, and cannot be guessed", () => {
      expect(generatedAccessKey("app", "seed-1")).toMatch(/^app-[a-z0-9]{8}$/);
      expect(generatedAccessKey("app", "seed-1")).toBe(generatedAccessKey("app", "seed-1"));
      expect(generatedAccessKey("app", "seed-1")).not.toBe(generatedAccessKey("app", "seed-2"));
      expect(generatedAccessKey("n".repeat(80), "seed-1")).toHaveLength(64);
    });

    test("rejects a resource name that is not valid in an access key", async () => {
      const named = (name: string) => new MinioUser(name, { store: store(), access: { photos: "readonly" } });
      expect(await getErrorMessage(() => named("-app"))).toContain(
        "accessKey (not given): cannot be generated from the resource",
      );
      expect(await getErrorMessage(() => named("two words"))).toContain('name "two words": give one of 3 to 64');
    });
  });

  const app = { store: ADDRESS, accessKey: "app", policyName: "p", policy: "{}", policies: ["p"], enabled: true };

  test.each([
    ["nothing", {}, { changes: false, replaces: [] }],
    ["policy", { policy: '{"a":1}' }, { changes: true, replaces: [] }],
    ["another key", { generation: "2" }, { changes: true, replaces: [] }],
    ["another name", { accessKey: "b", policyName: "q" }, { changes: true, replaces: ["accessKey", "policyName"] }],
  ])("of a user: %s", async (_what, change, wanted) => {
    expect(await User.diff("app", { ...app, secretKey: "s" }, { ...app, ...change })).toEqual(wanted);
  });

  test("of a user with service accounts: removes them", async () => {
    const { changes } = await User.diff("app", { ...app, secretKey: "s", serviceAccounts: ["x"] }, app);
    expect(changes).toBe(true);
  });

  test.each([
    ["nothing", {}, false],
    ["another password", { generation: "2" }, true],
    ["another user", { user: "chief" }, true],
    ["other services", { store: { ...ADDRESS, serviceIds: { main: "id2" } } }, true],
  ])("of root's service accounts: %s", async (_what, change, changes) => {
    const olds = { store: ADDRESS, user: "root", generation: "1" };
    expect(await RootServiceAccounts.diff("store", olds, { ...olds, ...change })).toEqual({ changes });
  });
});
