import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { exec } from "../../engine/exec.ts";
import { type Bucket, openBucket, randomObject } from "./s3.ts";
import { hostConfig, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";
import { putAnonymous, putForged, putPresigned, putSigned, UNPACKED } from "./unsigned-requests.ts";

interface Outputs {
  endpoints: { a: string };
  rootUser: string;
  rootPassword: string;
  accessKeys: Record<string, string>;
  secretKeys: Record<string, string>;
  metricsEndpoints: { a: string };
  metricsToken: string;
}

/** Returns where a browser that opens the URL is redirected, or what it gets. */
async function browse(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { "user-agent": "Mozilla/5.0" }, redirect: "manual" });
  await answer.body?.cancel();
  return answer.headers.get("location") ?? (answer.ok ? "a page" : `refused with ${answer.status}`);
}

/** Requests the store's metrics. */
async function metricsAt(url: string, token?: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, text: await answer.text() };
}

const TMP = { prefix: "tmp/", expirationDays: 7 };
const BUCKETS = {
  photos: {
    ...{ versioning: true, quotaMiB: 10 },
    lifecycle: { tmp: TMP, old: { noncurrentVersionExpirationDays: 30 } },
  },
  locked: { objectLock: true },
  plain: { bucketName: "plain.files", lifecycle: { tmp: TMP } },
};

describeOnLab("buckets, users and keys of a store", (fixture) => {
  let stack: TestStack;
  const outputs = async () => (await stack.outputs({ showSecrets: true })) as unknown as Outputs;
  const object = randomObject(1_000);
  const randomKey = () => randomBytes(32).toString("base64");
  const kmsKey = randomKey();
  const giveSecret = (name: string, text: string) =>
    stack.pulumi("config", "set", "--secret", `pulumi-swarm:${name}`, text);
  const giveKey = (key: string) => giveSecret("kmsKey", key);

  /** Opens a bucket with the credentials of a user of the stack. */
  async function bucketOf(user: string, bucket: string): Promise<Bucket> {
    const { endpoints, accessKeys, secretKeys } = await outputs();
    return openBucket(endpoints.a, accessKeys[user] ?? "", secretKeys[user] ?? "", bucket);
  }

  /** Creates a service account for a user, and opens the bucket `photos` with it. */
  async function serviceAccount(alias: string, user: string, key: string): Promise<Bucket> {
    const secret = "service-account-secret";
    await mc("admin", "user", "svcacct", "add", alias, user, "--access-key", key, "--secret-key", secret);
    return openBucket((await outputs()).endpoints.a, key, secret, "photos");
  }

  /** Runs MinIO's client as root in the store's container. */
  async function mc(...command: string[]): Promise<string> {
    const { engine } = fixture().host;
    const [container] = await engine.listContainers();
    const result = await exec(engine, container?.Id ?? "", ["mc", ...command]);
    if (result.exitCode !== 0) throw new Error(`mc ${command.join(" ")}: ${result.stderr}`);
    return result.stdout;
  }

  /** Returns the ids of a bucket's lifecycle rules. */
  const rulesOf = async (bucket: string) =>
    [...(await mc("ilm", "rule", "export", `local/${bucket}`)).matchAll(/"ID": *"(.*?)"/g)].map(([, id]) => id);
  const quotaOf = async (bucket: string) =>
    (JSON.parse(await mc("quota", "info", `local/${bucket}`, "--json")) as { quota?: number }).quota;

  beforeAll(async () => {
    stack = await fixture().hostsStack(
      { a: hostConfig(fixture().host, "manager") },
      {
        store: { metrics: "token" },
        buckets: BUCKETS,
        users: {
          app: { access: { photos: "readwrite" } },
          drop: { access: { photos: "writeonly" } },
          guest: { access: { photos: "readonly", locked: "readonly" } },
        },
      },
    );
    await giveKey(kmsKey);
    await stack.up();
  });

  test("has an empty second preview, and no secrets in its state", async () => {
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    const { secretKeys } = await outputs();
    expect(Object.keys(secretKeys)).toEqual(["app", "drop", "guest"]);
    expect((await outputs()).accessKeys["app"]).toMatch(/^app-[a-z0-9]{8}$/);
    const state = await stack.pulumi("stack", "export");
    for (const key of Object.values(secretKeys)) {
      expect(key).toHaveLength(40);
      expect(state).not.toContain(key);
    }
    expect(state).not.toContain(kmsKey);
    expect(state).not.toContain((await outputs()).metricsToken);
  });

  describe("a user can do what its policy allows, and nothing else", () => {
    test("readwrite", async () => {
      const photos = await bucketOf("app", "photos");
      await photos.put("one", object);
      expect((await photos.get("one")).equals(object)).toBe(true);
      expect(await photos.list()).toEqual(["one"]);
      await photos.put("two", object);
      await photos.delete("two");
      const locked = await bucketOf("app", "locked");
      await expect(locked.list()).rejects.toThrow("Access Denied");
      await expect(locked.put("one", object)).rejects.toThrow("Access Denied");
      await expect((await bucketOf("app", "another")).create()).rejects.toThrow("Access Denied");
    });

    test("readonly", async () => {
      const photos = await bucketOf("guest", "photos");
      expect((await photos.get("one")).equals(object)).toBe(true);
      await expect(photos.put("three", object)).rejects.toThrow("Access Denied");
      await expect(photos.delete("one")).rejects.toThrow("Access Denied");
    });

    test("writeonly", async () => {
      const photos = await bucketOf("drop", "photos");
      await photos.put("three", object);
      await expect(photos.get("three")).rejects.toThrow("Access Denied");
      await expect(photos.list()).rejects.toThrow("Access Denied");
      await expect(photos.delete("three")).rejects.toThrow("Access Denied");
    });
  });

  test("rejects every kind of write without a valid signature", async () => {
    const { endpoints, accessKeys, secretKeys } = await outputs();
    const { app: accessKey = "" } = accessKeys;
    const target = { endpoint: endpoints.a, bucket: "photos", accessKey, secretKey: secretKeys["app"] ?? "" };
    for (const where of ["query", "header"] as const) {
      for (const upload of ["object", "part", "archive"] as const) {
        expect(await putForged(target, where, upload, `forged-${where}-${upload}`), `${where} ${upload}`).toBe(403);
      }
    }
    expect(await putAnonymous(target, "anonymous")).toBe(403);
    const photos = await bucketOf("app", "photos");
    expect(await photos.list()).toEqual(["one", "three"]);

    await putSigned(target, "object", "signed");
    await putSigned(target, "archive", "all.tar");
    expect(await putPresigned(target, "presigned")).toBe(200);
    await mc("anonymous", "set", "upload", "local/photos");
    expect(await putAnonymous(target, "anonymous")).toBe(200);
    await mc("anonymous", "set", "private", "local/photos");
    const written = ["anonymous", "presigned", "signed", UNPACKED];
    expect(await photos.list()).toEqual(["one", "three", ...written].toSorted());
    for (const key of written) await photos.delete(key);
  });

  test("objects expire by the rules of their bucket, and its quota limits writes", async () => {
    const photos = await bucketOf("app", "photos");
    await photos.put("tmp/one", object);
    expect(await photos.expiration("tmp/one")).toMatch(/^expiry-date=".* GMT", rule-id="tmp"$/);
    expect(await photos.expiration("one")).toBeUndefined();
    await expect(photos.put("big", randomObject(10 * 2 ** 20))).rejects.toThrow("quota");
    await photos.delete("tmp/one");
  });

  test("metrics can be read only with the token", async () => {
    const { metricsEndpoints, metricsToken, endpoints } = await outputs();
    const { status, text } = await metricsAt(metricsEndpoints.a, metricsToken);
    expect(status).toBe(200);
    expect(text).toMatch(/^minio_cluster_health_drives_online_count.* 1$/m);
    expect(text).toMatch(/^minio_system_drive_/m);
    expect((await metricsAt(`${endpoints.a}/minio/v2/metrics/cluster`, metricsToken)).status).toBe(200);
    expect((await metricsAt(metricsEndpoints.a)).status).toBe(403);
    expect((await metricsAt(metricsEndpoints.a, `${metricsToken.slice(0, -4)}AAAA`)).status).toBe(403);
  });

  test("objects are encrypted on the drives with the KMS key, which is immutable", async () => {
    const { endpoints, rootUser, rootPassword } = await outputs();
    const locked = openBucket(endpoints.a, rootUser, rootPassword, "locked");
    const text = (name: string) => Buffer.from(`what ${name} says`.repeat(10));
    await locked.put("open", text("open"));
    await locked.putEncrypted("sealed", text("sealed"));
    expect((await locked.get("sealed")).equals(text("sealed"))).toBe(true);
    expect(await locked.encryption("sealed")).toBe("AES256");
    expect(await locked.encryption("open")).toBeUndefined();
    const { host } = fixture();
    const onDrives = (name: string) =>
      host.run("sh", "-c", `grep -rlF 'what ${name} says' ${host.folder}/docker/volumes || true`);
    expect(await onDrives("open")).toContain("locked/open");
    expect(await onDrives("sealed")).toBe("");

    await giveKey(randomKey());
    const another = await stack.expectFailure("preview");
    stack.config("kmsKey", undefined);
    const none = await stack.expectFailure("preview");
    for (const { output } of [another, none]) {
      expect(output).toMatch(/cannot change from .*: data that was encrypted with it would be lost/);
    }
    await giveKey(kmsKey);
  });

  test("manual changes are detected and reverted", async () => {
    const { accessKeys, secretKeys } = await outputs();
    const { app = "", drop = "", guest = "" } = accessKeys;
    const account = await serviceAccount("local", app, "app-account");
    expect(await account.list()).toEqual(["one", "three"]);
    expect((await stack.preview({ refresh: true })).steps.map(({ op, name }) => `${op} ${name}`)).toEqual([
      "update app",
    ]);
    await mc("admin", "policy", "attach", "local", "consoleAdmin", "--user", app);
    await mc("admin", "user", "disable", "local", drop);
    await mc("admin", "user", "remove", "local", guest);
    await mc("version", "suspend", "local/photos");
    await mc("ilm", "rule", "add", "--tags", "by=hand", "--expire-days", "1", "local/photos");
    await mc("quota", "clear", "local/photos");
    await mc("rb", "local/plain.files");
    // The program declares neither for this bucket.
    await mc("ilm", "rule", "add", "--expire-days", "9", "local/locked");
    await mc("quota", "set", "--size", "1GB", "local/locked");
    const { steps } = await stack.preview({ refresh: true });
    expect(steps.find(({ name }) => name === "photos")?.diffs.toSorted()).toEqual([
      expect.stringMatching(/^lifecycle[.[]"?[a-z0-9]{20}\b/),
      "quotaMiB",
      "versioning",
    ]);
    const drift = steps.map(({ op, name }) => `${op} ${name}`);
    expect(drift.toSorted()).toEqual(["create guest", "create plain", "update app", "update drop", "update photos"]);
    await stack.up({ refresh: true });
    expect([await rulesOf("photos"), await quotaOf("photos")]).toEqual([["old", "tmp"], 10 * 2 ** 20]);
    expect([(await rulesOf("locked")).length, await quotaOf("locked")]).toEqual([1, 1e9]);
    await expect((await bucketOf("app", "locked")).list()).rejects.toThrow("Access Denied");
    await expect(account.list()).rejects.toThrow("Access Key");
    await (await bucketOf("drop", "photos")).put("four", object);
    expect((await (await bucketOf("guest", "photos")).get("four")).equals(object)).toBe(true);
    const now = await outputs();
    expect({ ...now.secretKeys, guest: "" }).toEqual({ ...secretKeys, guest: "" });
    expect(now.secretKeys["guest"]).not.toBe(secretKeys["guest"]);
  });

  test("lifecycle rules and a quota change in place, and end with their arguments", async () => {
    stack.config("buckets", {
      photos: { versioning: true, lifecycle: { old: { noncurrentVersionExpirationDays: 60 } } },
      locked: BUCKETS.locked,
      plain: { bucketName: "plain.files" },
    });
    const { steps } = await stack.preview();
    const changes = steps
      .filter(({ type }) => type === "swarm:index:Bucket")
      .map(({ op, name, diffs }) => [op, name, diffs]);
    expect(changes.toSorted()).toEqual([
      ["update", "photos", ["lifecycle.old.noncurrentVersionExpirationDays", "lifecycle.tmp", "quotaMiB"]],
      ["update", "plain", ["lifecycle"]],
    ]);
    await stack.up();
    expect([await rulesOf("photos"), await quotaOf("photos")]).toEqual([["old"], undefined]);
    await expect(rulesOf("plain.files")).rejects.toThrow("lifecycle configuration does not exist");
  });

  test("rotates the root password with a restart and a user's key without one; other users keep theirs", async () => {
    const before = await outputs();
    const { guest: guestKey = "", drop: dropKey = "" } = before.accessKeys;
    const accounts = [
      await serviceAccount("local", before.rootUser, "root-account"),
      await serviceAccount("local", guestKey, "guest-account"),
    ];
    for (const account of accounts) expect(await account.list()).toEqual(["four", "one", "three"]);
    await mc("alias", "set", "guest", "http://127.0.0.1:9000", guestKey, before.secretKeys["guest"] ?? "");
    await expect(serviceAccount("guest", guestKey, "another-account")).rejects.toThrow("Access Denied");
    stack.config("store", { metrics: "token", rootPasswordGeneration: "2" });
    stack.config("users", {
      app: { access: { photos: "readwrite" } },
      guest: { access: { photos: "readonly" }, secretKeyGeneration: "2" },
    });
    const { output } = await stack.up();
    expect(output).toContain("all tasks restart at once, a short outage: TaskTemplate.ContainerSpec.Secrets");
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    const now = await outputs();
    const asRoot = (password: string, bucket = "photos") => openBucket(now.endpoints.a, now.rootUser, password, bucket);
    expect(await asRoot(now.rootPassword).list()).toEqual(["four", "one", "three"]);
    await expect(asRoot(before.rootPassword).list()).rejects.toThrow("signature");
    expect((await metricsAt(now.metricsEndpoints.a, now.metricsToken)).status).toBe(200);
    expect((await metricsAt(now.metricsEndpoints.a, before.metricsToken)).status).toBe(403);
    expect(await asRoot(now.rootPassword, "locked").encryption("sealed")).toBe("AES256");
    expect((await asRoot(now.rootPassword, "locked").get("sealed")).toString()).toContain("what sealed says");
    expect(now.secretKeys["app"]).toBe(before.secretKeys["app"]);
    expect(await (await bucketOf("app", "photos")).list()).toEqual(["four", "one", "three"]);
    expect(await (await bucketOf("guest", "photos")).list()).toEqual(["four", "one", "three"]);
    for (const account of accounts) await expect(account.list()).rejects.toThrow("Access Key");
    const guest = openBucket(now.endpoints.a, guestKey, before.secretKeys["guest"] ?? "", "photos");
    await expect(guest.list()).rejects.toThrow("signature");
    const gone = openBucket(now.endpoints.a, dropKey, before.secretKeys["drop"] ?? "", "photos");
    await expect(gone.put("five", object)).rejects.toThrow("Access Key");
    const secrets = (await fixture().host.engine.listSecrets()).map(({ Spec }) =>
      Spec.Name.replace(/-[0-9a-f]{7}$/, ""),
    );
    expect(secrets.toSorted()).toEqual([
      "store-kms-key",
      "store-mc-host-config",
      "store-root-password",
      "store-root-user",
    ]);
  });

  test("uses a given root password, keeps it secret, and keeps it when it is no longer given", async () => {
    const generated = (await outputs()).rootPassword;
    stack.config("store", { metrics: "token", consolePort: 9101 });
    await giveSecret("rootPassword", "too-few");
    const { output } = await stack.expectFailure("preview");
    expect(output).toContain('MinioService "store": rootPassword "(secret)": must be 8 to 128 printable');
    expect(output).not.toContain("too-few");

    const given = `a/b+c=%20$@"'${randomBytes(8).toString("hex")}`;
    await giveSecret("rootPassword", given);
    await stack.up();
    const { endpoints, rootUser, rootPassword } = await outputs();
    expect(rootPassword).toBe(given);
    const asRoot = (password: string) => openBucket(endpoints.a, rootUser, password, "photos");
    expect(await asRoot(given).list()).toEqual(["four", "one", "three"]);
    await expect(asRoot(generated).list()).rejects.toThrow("signature");
    await mc("ls", "local/photos");
    expect(await browse(endpoints.a)).toBe(endpoints.a.replace(/:9000$/, ":9101"));
    expect(await browse(endpoints.a.replace(/:9000$/, ":9101"))).toBe("a page");
    const state = await stack.pulumi("stack", "export");
    for (const spelling of [given, JSON.stringify(given).slice(1, -1)]) expect(state).not.toContain(spelling);

    stack.config("rootPassword", undefined);
    const { steps } = await stack.preview({ refresh: true });
    expect(steps.map(({ op, type, name }) => `${op} ${type} ${name}`)).toEqual([
      "update swarm:index:MinioService store",
    ]);
  });

  test("deletes a bucket only if it is empty", async () => {
    stack.config("buckets", {});
    stack.config("users", {});
    stack.config("store", { metrics: "token", console: false });
    const { output } = await stack.up();
    expect(output).toContain("bucket photos stays in store store: it holds objects");
    const { endpoints, rootUser, rootPassword } = await outputs();
    const asRoot = (bucket: string) => openBucket(endpoints.a, rootUser, rootPassword, bucket);
    expect(await asRoot("photos").list()).toEqual(["four", "one", "three"]);
    await expect(asRoot("plain.files").list()).rejects.toThrow("does not exist");
    expect(await browse(endpoints.a)).toBe("refused with 403");
    for (const port of [9001, 9101]) {
      await expect(browse(endpoints.a.replace(/:9000$/, `:${port}`))).rejects.toThrow("fetch failed");
    }

    stack.config("buckets", { photos: {} });
    await stack.up();
    expect(await rulesOf("photos")).toEqual(["old"]);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });
});
