import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { immutableKmsKey, validateKmsKey, kmsFingerprint } from "../../../../components/minio/security/kms-key.ts";
import { type KmsKey } from "../../../../components/minio/security/args.ts";
import { MinioService } from "../../../../components/minio/minio-service.ts";
import { validateImmutableValues } from "../../../../provider/state/immutable.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { fakeHost, fakeNetwork, runProgram } from "../../harness.ts";

const KEY = "AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8Pg=";
const OTHER = "AQkRGSEpMTlBSVFZYWlxeYGJkZmhqbG5wcnR2eHp8fk=";

/** Pulumi's placeholder for values that are not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("validates a key, in one line for each issue and without showing the key", () => {
  const notBase64 =
    'kmsKey.key "(secret)": must be 32 bytes in base64, 44 characters: create it with `openssl rand -base64 32`';
  const notRandom = 'kmsKey.key "(secret)": must be random bytes: create it with `openssl rand -base64 32`';
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const cases: [string, Parameters<typeof validateKmsKey>[0], string[]][] = [
    ["none", {}, []],
    ["a valid key", { kmsKey: { name: "store-2026", key: KEY } }, []],
    ["a key that is not known yet", { kmsKey: { name: "k", key: pulumi.secret("short") } }, []],
    ["no key at all", { kmsKey: { name: "k" } as KmsKey }, [notBase64]],
    ["31 bytes", { kmsKey: { name: "k", key: Buffer.alloc(31, "ab\0").toString("base64") } }, [notBase64]],
    ["33 bytes", { kmsKey: { name: "k", key: Buffer.alloc(33, "ab\0").toString("base64") } }, [notBase64]],
    ["a trailing line break", { kmsKey: { name: "k", key: `${KEY}\n` } }, [notBase64]],
    ["URL-safe base64", { kmsKey: { name: "k", key: KEY.replace("A", "_") } }, [notBase64]],
    ["a passphrase", { kmsKey: { name: "k", key: base64("correct horse battery staple now") } }, [notRandom]],
    ["zeros", { kmsKey: { name: "k", key: Buffer.alloc(32).toString("base64") } }, [notRandom]],
    [
      "a name with a colon",
      { kmsKey: { name: "a:b", key: KEY } },
      ['kmsKey.name "a:b": must be 1 to 64 letters, digits, dots, hyphens or underscores'],
    ],
    [
      "another KMS as well",
      {
        kmsKey: { name: "k", key: KEY },
        environment: { MINIO_KMS_KES_ENDPOINT: "https://kes.example", MINIO_KMS_AUTO_ENCRYPTION: "on" },
      },
      ['environment "MINIO_KMS_KES_ENDPOINT": configures another KMS than kmsKey: leave one of them out'],
    ],
  ];
  test.each(cases)("%s", (_what, args, lines) => {
    expect(validateKmsKey(args).map((finding) => formatIssue("store", finding))).toEqual(
      lines.map((line) => `store: ${line}`),
    );
  });
});

test("the fingerprint depends only on the key", () => {
  expect(kmsFingerprint(KEY)).toBe("86138b2268d33617");
  expect(kmsFingerprint(OTHER)).not.toBe(kmsFingerprint(KEY));
});

describe("immutability", () => {
  const immutable = (name?: string, fingerprint?: string) => ({
    kmsKey: { value: name === undefined ? undefined : { name, fingerprint }, reason: "so it is." },
  });
  const is = 'cannot change from {"name":"k","fingerprint":"f1"}: so it is.';
  test.each([
    ["none, then none", immutable(), immutable(), []],
    ["none, then a key", immutable(), immutable("k", "f1"), []],
    ["a store of an earlier release, then a key", {}, immutable("k", "f1"), []],
    ["the same key", immutable("k", "f1"), immutable("k", "f1"), []],
    ["a key that is not known yet", immutable("k", "f1"), immutable("k", UNKNOWN), []],
    ["another key", immutable("k", "f1"), immutable("k", "f2"), [`kmsKey {"name":"k","fingerprint":"f2"}: ${is}`]],
    ["another name", immutable("k", "f1"), immutable("l", "f1"), [`kmsKey {"name":"l","fingerprint":"f1"}: ${is}`]],
    ["the key removed", immutable("k", "f1"), immutable(), [`kmsKey (not given): ${is}`]],
  ])("%s", (_what, olds, news, reasons) => {
    expect(validateImmutableValues(olds, news).map(({ reason }) => reason)).toEqual(reasons);
  });

  test("states that a store has no key", () => {
    expect(immutableKmsKey(undefined)["kmsKey"]).toMatchObject({ value: undefined });
  });
});

describe("wiring", () => {
  function store(kmsKey: KmsKey | undefined) {
    const swarm = new Swarm("swarm", { managers: [fakeHost("a"), fakeHost("b")] });
    return new MinioService("store", { swarm, network: fakeNetwork("n"), kmsKey });
  }

  const outputs = (type: string) =>
    type.endsWith(":RootCredentials") ? { user: "root-abc", password: "p", generation: "g1" } : {};

  test("passes the key as a secret file, and records only its fingerprint", async () => {
    const { resources } = await runProgram(() => store({ name: "k", key: KEY }), { outputs });
    const named = (name: string) => resources.find((resource) => resource.name === name);
    const secret = named("store-kms-key");
    expect(secret?.secrets).toContain("data");
    expect(Buffer.from(secret?.inputs["data"] as string, "base64").toString()).toBe(`k:${KEY}`);
    const { Env, Secrets } = (named("store-main")?.inputs["spec"] as ServiceSpec).TaskTemplate.ContainerSpec;
    expect(Env).toContain("MINIO_KMS_SECRET_KEY_FILE=/run/secrets/kms-key");
    expect(Secrets).toContainEqual(
      expect.objectContaining({ SecretID: "store-kms-key-id", File: expect.objectContaining({ Name: "kms-key" }) }),
    );
    expect(named("store-credentials")?.inputs["immutable"]).toMatchObject({
      kmsKey: { value: { name: "k", fingerprint: kmsFingerprint(KEY) } },
    });
    for (const { visibleInputs } of resources) expect(JSON.stringify(visibleInputs)).not.toContain(KEY);
  });

  test("sets nothing without a key", async () => {
    const { resources } = await runProgram(() => store(undefined), { outputs });
    const service = resources.find(({ name }) => name === "store-main");
    expect(JSON.stringify(service?.inputs)).not.toContain("KMS");
    expect(resources.filter(({ name }) => name.includes("kms"))).toEqual([]);
  });
});
