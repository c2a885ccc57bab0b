import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
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

/** Where a browser that opens the URL is sent, or what it gets. */
async function browse(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { "user-agent": "Mozilla/5.0" }, redirect: "manual" });
  await answer.body?.cancel();
  return answer.headers.get("location") ?? (answer.ok ? "a page" : `refused with ${answer.status}`);
}

/** What the store says to somebody who asks for its metrics. */
async function metricsAt(url: string, token?: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, text: await answer.text() };
}

describeOnLab("what is in a store", (scene) => {
  let stack: TestStack;
  const told = async () => (await stack.outputs({ showSecrets: true })) as unknown as Outputs;
  const object = randomObject(1_000);
  const randomKey = () => randomBytes(32).toString("base64");
  const kmsKey = randomKey();
  const giveSecret = (name: string, text: string) =>
    stack.pulumi("config", "set", "--secret", `pulumi-swarm:${name}`, text);
  const giveKey = (key: string) => giveSecret("kmsKey", key);

  /** A bucket as a user of the stack sees it. */
  async function seenBy(user: string, bucket: string): Promise<Bucket> {
    const { endpoints, accessKeys, secretKeys } = await told();
    return openBucket(endpoints.a, accessKeys[user] ?? "", secretKeys[user] ?? "", bucket);
  }

  /** A service account by its access key, made as one that came by credentials makes it; its bucket. */
  async function serviceAccount(alias: string, user: string, key: string): Promise<Bucket> {
    const secret = "service-account-secret";
    await byHand("admin", "user", "svcacct", "add", alias, user, "--access-key", key, "--secret-key", secret);
    return openBucket((await told()).endpoints.a, key, secret, "photos");
  }

  /** MinIO's client as root in the container of the store, as somebody would use it by hand. */
  async function byHand(...command: string[]): Promise<void> {
    const { engine } = scene().host;
    const [container] = await engine.listContainers();
    const result = await engine.exec(container?.Id ?? "", ["mc", ...command]);
    if (result.exitCode !== 0) throw new Error(`mc ${command.join(" ")}: ${result.stderr}`);
  }

  beforeAll(async () => {
    stack = await scene().hostsStack(
      { a: hostConfig(scene().host, "manager") },
      {
        store: { metrics: "token" },
        buckets: { photos: { versioning: true }, locked: { objectLock: true }, plain: { bucketName: "plain.files" } },
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

  test("is clean at the second look, and nothing secret is in its state", async () => {
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    const { secretKeys } = await told();
    expect(Object.keys(secretKeys)).toEqual(["app", "drop", "guest"]);
    expect((await told()).accessKeys["app"]).toMatch(/^app-[a-z0-9]{8}$/);
    const state = await stack.pulumi("stack", "export");
    for (const key of Object.values(secretKeys)) {
      expect(key).toHaveLength(40);
      expect(state).not.toContain(key);
    }
    expect(state).not.toContain(kmsKey);
    expect(state).not.toContain((await told()).metricsToken);
  });

  describe("a user does what its policy allows, and nothing else", () => {
    test("readwrite", async () => {
      const photos = await seenBy("app", "photos");
      await photos.put("one", object);
      expect((await photos.get("one")).equals(object)).toBe(true);
      expect(await photos.list()).toEqual(["one"]);
      await photos.put("two", object);
      await photos.delete("two");
      const locked = await seenBy("app", "locked");
      await expect(locked.list()).rejects.toThrow("Access Denied");
      await expect(locked.put("one", object)).rejects.toThrow("Access Denied");
      await expect((await seenBy("app", "another")).create()).rejects.toThrow("Access Denied");
    });

    test("readonly", async () => {
      const photos = await seenBy("guest", "photos");
      expect((await photos.get("one")).equals(object)).toBe(true);
      await expect(photos.put("three", object)).rejects.toThrow("Access Denied");
      await expect(photos.delete("one")).rejects.toThrow("Access Denied");
    });

    test("writeonly", async () => {
      const photos = await seenBy("drop", "photos");
      await photos.put("three", object);
      await expect(photos.get("three")).rejects.toThrow("Access Denied");
      await expect(photos.list()).rejects.toThrow("Access Denied");
      await expect(photos.delete("three")).rejects.toThrow("Access Denied");
    });
  });

  test("a write without a valid signature is refused, whichever way it comes", async () => {
    const { endpoints, accessKeys, secretKeys } = await told();
    const { app: accessKey = "" } = accessKeys;
    const target = { endpoint: endpoints.a, bucket: "photos", accessKey, secretKey: secretKeys["app"] ?? "" };
    for (const where of ["query", "header"] as const) {
      for (const upload of ["object", "part", "archive"] as const) {
        expect(await putForged(target, where, upload, `forged-${where}-${upload}`), `${where} ${upload}`).toBe(403);
      }
    }
    expect(await putAnonymous(target, "anonymous")).toBe(403);
    const photos = await seenBy("app", "photos");
    expect(await photos.list()).toEqual(["one", "three"]);

    await putSigned(target, "object", "signed");
    await putSigned(target, "archive", "all.tar");
    expect(await putPresigned(target, "presigned")).toBe(200);
    await byHand("anonymous", "set", "upload", "local/photos");
    expect(await putAnonymous(target, "anonymous")).toBe(200);
    await byHand("anonymous", "set", "private", "local/photos");
    const written = ["anonymous", "presigned", "signed", UNPACKED];
    expect(await photos.list()).toEqual(["one", "three", ...written].toSorted());
    for (const key of written) await photos.delete(key);
  });

  test("metrics are read with the token, and not without", async () => {
    const { metricsEndpoints, metricsToken, endpoints } = await told();
    const { status, text } = await metricsAt(metricsEndpoints.a, metricsToken);
    expect(status).toBe(200);
    expect(text).toMatch(/^minio_cluster_health_drives_online_count.* 1$/m);
    expect(text).toMatch(/^minio_system_drive_/m);
    expect((await metricsAt(`${endpoints.a}/minio/v2/metrics/cluster`, metricsToken)).status).toBe(200);
    expect((await metricsAt(metricsEndpoints.a)).status).toBe(403);
    expect((await metricsAt(metricsEndpoints.a, `${metricsToken.slice(0, -4)}AAAA`)).status).toBe(403);
  });

  test("objects are encrypted under the key on the drives; the key is for life", async () => {
    const { endpoints, rootUser, rootPassword } = await told();
    const locked = openBucket(endpoints.a, rootUser, rootPassword, "locked");
    const text = (name: string) => Buffer.from(`what ${name} says`.repeat(10));
    await locked.put("open", text("open"));
    await locked.putEncrypted("sealed", text("sealed"));
    expect((await locked.get("sealed")).equals(text("sealed"))).toBe(true);
    expect(await locked.encryption("sealed")).toBe("AES256");
    expect(await locked.encryption("open")).toBeUndefined();
    const { host } = scene();
    const onDrives = (name: string) =>
      host.run("sh", "-c", `grep -rlF 'what ${name} says' ${host.folder}/docker/volumes || true`);
    expect(await onDrives("open")).toContain("locked/open");
    expect(await onDrives("sealed")).toBe("");

    await giveKey(randomKey());
    const another = await stack.expectFailure("preview");
    stack.config("kmsKey", undefined);
    const none = await stack.expectFailure("preview");
    for (const { output } of [another, none]) {
      expect(output).toContain("for life: data that was encrypted with it would be lost");
    }
    await giveKey(kmsKey);
  });

  test("what was changed by hand is seen and mended", async () => {
    const { accessKeys, secretKeys } = await told();
    const { app = "", drop = "", guest = "" } = accessKeys;
    const account = await serviceAccount("local", app, "app-account");
    expect(await account.list()).toEqual(["one", "three"]);
    expect((await stack.preview({ refresh: true })).steps.map(({ op, name }) => `${op} ${name}`)).toEqual([
      "update app",
    ]);
    await byHand("admin", "policy", "attach", "local", "consoleAdmin", "--user", app);
    await byHand("admin", "user", "disable", "local", drop);
    await byHand("admin", "user", "remove", "local", guest);
    await byHand("version", "suspend", "local/photos");
    await byHand("rb", "local/plain.files");
    const seen = (await stack.preview({ refresh: true })).steps.map(({ op, name }) => `${op} ${name}`);
    expect(seen.toSorted()).toEqual(["create guest", "create plain", "update app", "update drop", "update photos"]);
    await stack.up({ refresh: true });
    await expect((await seenBy("app", "locked")).list()).rejects.toThrow("Access Denied");
    await expect(account.list()).rejects.toThrow("Access Key");
    await (await seenBy("drop", "photos")).put("four", object);
    expect((await (await seenBy("guest", "photos")).get("four")).equals(object)).toBe(true);
    const now = await told();
    expect({ ...now.secretKeys, guest: "" }).toEqual({ ...secretKeys, guest: "" });
    expect(now.secretKeys["guest"]).not.toBe(secretKeys["guest"]);
  });

  test("keys are exchanged: root's with a restart, a user's without; the others go on with theirs", async () => {
    const before = await told();
    const { guest: guestKey = "", drop: dropKey = "" } = before.accessKeys;
    const accounts = [
      await serviceAccount("local", before.rootUser, "root-account"),
      await serviceAccount("local", guestKey, "guest-account"),
    ];
    for (const account of accounts) expect(await account.list()).toEqual(["four", "one", "three"]);
    await byHand("alias", "set", "guest", "http://127.0.0.1:9000", guestKey, before.secretKeys["guest"] ?? "");
    await expect(serviceAccount("guest", guestKey, "another-account")).rejects.toThrow("Access Denied");
    stack.config("store", { metrics: "token", rootPasswordGeneration: "2" });
    stack.config("users", {
      app: { access: { photos: "readwrite" } },
      guest: { access: { photos: "readonly" }, secretKeyGeneration: "2" },
    });
    const { output } = await stack.up();
    expect(output).toContain("all tasks restart at once, a short outage: TaskTemplate.ContainerSpec.Secrets");
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    const now = await told();
    const asRoot = (password: string, bucket = "photos") => openBucket(now.endpoints.a, now.rootUser, password, bucket);
    expect(await asRoot(now.rootPassword).list()).toEqual(["four", "one", "three"]);
    await expect(asRoot(before.rootPassword).list()).rejects.toThrow("signature");
    expect((await metricsAt(now.metricsEndpoints.a, now.metricsToken)).status).toBe(200);
    expect((await metricsAt(now.metricsEndpoints.a, before.metricsToken)).status).toBe(403);
    expect(await asRoot(now.rootPassword, "locked").encryption("sealed")).toBe("AES256");
    expect((await asRoot(now.rootPassword, "locked").get("sealed")).toString()).toContain("what sealed says");
    expect(now.secretKeys["app"]).toBe(before.secretKeys["app"]);
    expect(await (await seenBy("app", "photos")).list()).toEqual(["four", "one", "three"]);
    expect(await (await seenBy("guest", "photos")).list()).toEqual(["four", "one", "three"]);
    for (const account of accounts) await expect(account.list()).rejects.toThrow("Access Key");
    const guest = openBucket(now.endpoints.a, guestKey, before.secretKeys["guest"] ?? "", "photos");
    await expect(guest.list()).rejects.toThrow("signature");
    const gone = openBucket(now.endpoints.a, dropKey, before.secretKeys["drop"] ?? "", "photos");
    await expect(gone.put("five", object)).rejects.toThrow("Access Key");
    const secrets = (await scene().host.engine.listSecrets()).map(({ Spec }) => Spec.Name.replace(/-[0-9a-f]{7}$/, ""));
    expect(secrets.toSorted()).toEqual([
      "store-kms-key",
      "store-mc-host-config",
      "store-root-password",
      "store-root-user",
    ]);
  });

  test("a root password that is given is the store's, a secret, and stays when it is no longer given", async () => {
    const generated = (await told()).rootPassword;
    stack.config("store", { metrics: "token", consolePort: 9101 });
    await giveSecret("rootPassword", "too-few");
    const { output } = await stack.expectFailure("preview");
    expect(output).toContain('MinioService "store": rootPassword "(secret)": must be 8 to 128 printable');
    expect(output).not.toContain("too-few");

    const given = `a/b+c=%20$@"'${randomBytes(8).toString("hex")}`;
    await giveSecret("rootPassword", given);
    await stack.up();
    const { endpoints, rootUser, rootPassword } = await told();
    expect(rootPassword).toBe(given);
    const asRoot = (password: string) => openBucket(endpoints.a, rootUser, password, "photos");
    expect(await asRoot(given).list()).toEqual(["four", "one", "three"]);
    await expect(asRoot(generated).list()).rejects.toThrow("signature");
    await byHand("ls", "local/photos");
    expect(await browse(endpoints.a)).toBe(endpoints.a.replace(/:9000$/, ":9101"));
    expect(await browse(endpoints.a.replace(/:9000$/, ":9101"))).toBe("a page");
    const state = await stack.pulumi("stack", "export");
    for (const spelling of [given, JSON.stringify(given).slice(1, -1)]) expect(state).not.toContain(spelling);

    stack.config("rootPassword", undefined);
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("a bucket is given up only when it is empty", async () => {
    stack.config("buckets", {});
    stack.config("users", {});
    stack.config("store", { metrics: "token", consolePort: false });
    const { output } = await stack.up();
    expect(output).toContain("bucket photos stays in store store: it holds objects");
    const { endpoints, rootUser, rootPassword } = await told();
    const asRoot = (bucket: string) => openBucket(endpoints.a, rootUser, rootPassword, bucket);
    expect(await asRoot("photos").list()).toEqual(["four", "one", "three"]);
    await expect(asRoot("plain.files").list()).rejects.toThrow("does not exist");
    expect(await browse(endpoints.a)).toBe("refused with 403");
    for (const port of [9001, 9101]) {
      await expect(browse(endpoints.a.replace(/:9000$/, `:${port}`))).rejects.toThrow("fetch failed");
    }

    stack.config("buckets", { photos: {} });
    await stack.up();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });
});
