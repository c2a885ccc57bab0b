import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { KubernetesMinio, type KubernetesMinioArgs } from "../../components/kubernetes/kubernetes-minio.ts";
import { MinioNetworkPolicy } from "../../components/kubernetes/network-policy/minio-network-policy.ts";
import type { Bucket } from "../integration/s3.ts";
import type { Answer, Manifest } from "../../lab/kubernetes/api.ts";
import { type Cluster, clusterUnavailableReason } from "../../lab/kubernetes/cluster.ts";
import { renderManifests } from "./manifests.ts";
import {
  openPodBucket,
  startStoreCluster,
  getClusterIp,
  listEvents,
  NAMESPACE,
  listPods,
  waitForObject,
  waitForReadyPods,
  getReadyTime,
  restrictedNamespace,
  waitForServers,
  waitForWriteQuorum,
} from "./store.ts";

const MEMBERS = 4;

let cluster: Cluster;
let images: { a: string; b: string };

const problem = clusterUnavailableReason();

beforeAll(async () => {
  if (problem !== undefined) return;
  ({ cluster, images } = await startStoreCluster(MEMBERS));
  await cluster.api.apply(restrictedNamespace());
});

afterAll(async () => cluster?.stop());

beforeEach(({ skip }) => {
  if (problem !== undefined) skip(problem);
});

function manifests(image: string, more: Partial<KubernetesMinioArgs> = {}, name = "store"): Promise<Manifest[]> {
  return renderManifests(() => {
    const store = new KubernetesMinio(name, {
      namespace: NAMESPACE,
      pools: { main: { members: MEMBERS } },
      drives: { d1: { size: "1Gi", storageClass: "local" } },
      image,
      ...more,
    });
    new MinioNetworkPolicy(name, {
      store,
      clients: [{ pods: { app: "shop" } }],
      dns: [{ addresses: "198.18.0.0/15" }],
    });
  });
}

/** Converts a Secret's `stringData` to `data` in base64, as the API returns it. */
function asRead({ stringData, ...object }: Manifest): object {
  if (stringData === undefined) return object;
  const texts = Object.entries(stringData as Record<string, string>);
  return {
    ...object,
    data: Object.fromEntries(texts.map(([key, text]) => [key, Buffer.from(text).toString("base64")])),
  };
}

async function endpointOf(name: string): Promise<string> {
  return `http://${await getClusterIp(cluster, name)}:9000`;
}

describe("a store of four pods, in a namespace that accepts only restricted pods", () => {
  let shop: Bucket;
  const object = randomBytes(3_000_000);

  test("is accepted without a warning, reads back as declared, and is unchanged by a second apply", async () => {
    const declared = await manifests(images.a);
    expect(declared.map(({ kind }) => kind)).toContain("StatefulSet");
    for (const one of declared) {
      expect((await cluster.api.apply(one)).warnings).toEqual([]);
      expect(await cluster.api.read(one)).toMatchObject(asRead(one));
    }
    const [set] = declared.filter(({ kind }) => kind === "StatefulSet");
    const generation = (answer: Manifest) => answer.metadata["generation"];
    expect(generation((await cluster.api.apply(set!)).body)).toBe(1);
  });

  test("is accepted with all optional settings as well", async () => {
    const all = {
      pools: { main: { members: 4 }, next: { members: 4, drives: { x: { size: "2Gi" } } } },
      tls: {},
      ...{ expose: true, port: 80, consolePort: 81, nodeSelector: { disks: "local" }, stopGraceSeconds: 30 },
      ...{ cpuLimit: 1.5, cpuReservation: 0.5, memoryLimitMiB: 2048, memoryReservationMiB: 1024 },
      environment: { MINIO_REGION: "eu" },
    };
    const declared = await manifests(images.a, all, "full");
    for (const one of declared) {
      const { body, warnings }: Answer<Manifest> = await cluster.api.apply(one, { dryRun: true });
      expect(warnings).toEqual([]);
      expect(body).toMatchObject(asRead(one));
    }
  });

  test("forms one erasure-coded cluster, whose pods all serve objects written through the Service", async () => {
    const pods = await waitForReadyPods(cluster, MEMBERS);
    expect(pods.map(({ metadata }) => metadata.name)).toEqual([
      "store-main-0",
      "store-main-1",
      "store-main-2",
      "store-main-3",
    ]);
    const endpoint = await endpointOf("store");
    expect(await waitForWriteQuorum(endpoint)).toBe(3);
    const drives = (await waitForServers(cluster, "store-main-0", MEMBERS)).flatMap((server) => server.drives);
    expect(drives.map(({ state, pool_index, set_index }) => ({ state, pool_index, set_index }))).toEqual(
      Array(MEMBERS).fill({ state: "ok", pool_index: 0, set_index: 0 }),
    );
    const bucketOf = (url: string) => openPodBucket(url, "root-abc", "very-secret-password");
    shop = bucketOf(endpoint);
    await shop.create();
    await shop.put("first", object);
    for (const { status } of pods) await waitForObject(bucketOf(`http://${status.podIP}:9000`), "first", object);
  });

  test("keeps serving without a deleted pod, which comes back with its name and data", async () => {
    const [victim] = await waitForReadyPods(cluster, MEMBERS);
    await cluster.api.delete({
      ...victim!,
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...victim!.metadata, namespace: NAMESPACE },
    });
    // A stopping member answers requests in flight with a status that SDKs do not retry.
    await expect
      .poll(async () => (await listPods(cluster)).map(({ metadata }) => metadata.uid), {
        timeout: 120_000,
        interval: 100,
      })
      .not.toContain(victim!.metadata.uid);
    await shop.put("second", object);
    const pods = await waitForReadyPods(cluster, MEMBERS, ({ metadata }) => metadata.uid !== victim!.metadata.uid);
    expect(pods[0]!.metadata.name).toBe(victim!.metadata.name);
    for (const key of ["first", "second"]) await waitForObject(shop, key, object);
  });

  test("updates the image of all pods at once, and loses nothing", async () => {
    const before = (await listPods(cluster)).map(({ metadata }) => metadata.uid);
    for (const one of await manifests(images.b)) expect((await cluster.api.apply(one)).warnings).toEqual([]);
    const pods = await waitForReadyPods(cluster, MEMBERS, ({ spec }) => spec.containers[0]?.image === images.b);
    expect(pods.filter(({ metadata }) => before.includes(metadata.uid))).toEqual([]);
    // In a rolling update a pod would be deleted only after the one before it is ready. Events may arrive late.
    const deletions = () => listEvents(cluster, "SuccessfulDelete", "store-main");
    await expect.poll(deletions, { timeout: 30_000 }).toHaveLength(MEMBERS);
    const firstReady = pods.map((pod) => getReadyTime(pod) ?? "").toSorted()[0]!;
    for (const { lastTimestamp } of await deletions()) expect(lastTimestamp <= firstReady).toBe(true);
    expect(await waitForWriteQuorum(await endpointOf("store"))).toBe(3);
    for (const key of ["first", "second"]) await waitForObject(shop, key, object);
  });

  test("keeps its data when it is deleted", async () => {
    const declared = await manifests(images.b);
    for (const one of declared.toReversed()) await cluster.api.delete(one);
    await waitForReadyPods(cluster, 0);
    const claims = await cluster.api.list(`/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`);
    expect(claims.map(({ metadata }) => metadata.name)).toEqual(
      Array.from({ length: MEMBERS }, (_, number) => `d1-store-main-${number}`),
    );
    for (const { metadata } of claims) expect(metadata["deletionTimestamp"]).toBeUndefined();
  });
});
