import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { findKubernetesPlugin } from "../../toolchain/kubernetes-plugin.ts";
import { TestStack } from "../integration/stack.ts";
import type { Manifest } from "../../lab/kubernetes/api.ts";

const plugin = findKubernetesPlugin();
const IMAGE = `registry.example/silo:1@sha256:${"a".repeat(64)}`;

let folder: string;
let stack: TestStack;

/** Without a cluster, the plugin writes manifests to a folder. */
beforeAll(async () => {
  if (!plugin) return;
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-rendered-"));
  const settings = {
    stack: "kubernetes",
    namespace: "storage",
    pools: { "2026": { members: 4 } },
    drives: { d1: { size: "1Gi" } },
    tls: true,
    image: IMAGE,
    clients: [{ namespace: "shop" }],
    subnet: "10.42.0.0/16",
  };
  stack = await TestStack.create({
    config: { ...settings, "kubernetes:renderYamlToDirectory": folder },
    plugins: [plugin],
  });
});

afterAll(() => {
  stack?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

beforeEach(({ skip }) => {
  if (!plugin) skip("Pulumi's Kubernetes plugin is missing: `npm run test:kubernetes` builds it");
});

const readManifests = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => parse(readFileSync(join(folder, name), "utf8")) as Manifest);

const kinds = () =>
  readManifests()
    .map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[0-9a-f]{8}$/, "-*")}`)
    .toSorted();

const ONE_POOL = [
  "Namespace storage",
  "NetworkPolicy minio-clients",
  "NetworkPolicy minio-default-deny",
  "NetworkPolicy minio-dns",
  "NetworkPolicy minio-peers",
  "PodDisruptionBudget minio-2026",
  "Secret minio-secrets-*",
  "Service minio",
  "Service minio-peers",
  "StatefulSet minio-2026",
];

test("the plugin accepts the whole stack, and a second preview is empty", async () => {
  await stack.up();
  expect(kinds()).toEqual(ONE_POOL);
  expect((await stack.preview()).steps).toEqual([]);
});

test("exports the outputs of other stack kinds, except for those of the Swarm", async () => {
  const outputs = await stack.outputs({ showSecrets: true });
  expect(Object.keys(outputs).toSorted()).toEqual([
    ...["caCertificate", "consoleEndpoints", "endpoint", "endpoints", "metricsEndpoints", "metricsToken"],
    ...["rootPassword", "rootUser", "serviceIds", "subnet", "users"],
  ]);
  expect(outputs).toMatchObject({
    endpoint: "https://minio.storage.svc:9000",
    serviceIds: { "2026": "storage/minio-2026" },
    ...{ subnet: "10.42.0.0/16", metricsToken: null, users: {} },
  });
  expect((await stack.outputs())["rootPassword"]).toBe("[secret]");
  expect(JSON.stringify(stack.state())).not.toContain(outputs["rootPassword"]);
});

test("a second pool is added, and the first pool's StatefulSet is updated", async () => {
  stack.config("pools", { "2026": { members: 4 }, "2027": { members: 4 } });
  const { steps } = await stack.up();
  expect(steps.map(({ op, name }) => `${op} ${name}`)).toEqual(
    expect.arrayContaining(["create minio-2027", "update minio-2026"]),
  );
  expect(kinds()).toEqual(expect.arrayContaining(["StatefulSet minio-2027"]));
  expect((await stack.preview()).steps).toEqual([]);
});

test("another layout of a formed pool is refused before anything is changed", async () => {
  const before = kinds();
  stack.config("pools", { "2026": { members: 4 }, "2027": { members: 5 } });
  const { output, steps } = await stack.expectFailure("up");
  expect(output).toContain("pools.2027.members 5: cannot change from 4");
  expect(steps).toEqual([]);
  expect(kinds()).toEqual(before);
});
