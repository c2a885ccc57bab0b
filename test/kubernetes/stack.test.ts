import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Bucket } from "../integration/s3.ts";
import { TestStack } from "../integration/stack.ts";
import { type Cluster, clusterUnavailableReason } from "../../lab/kubernetes/cluster.ts";
import { kubernetesStackOptions } from "./stack.ts";
import {
  openPodBucket,
  startStoreCluster,
  getClusterIp,
  NAMESPACE,
  listPods,
  waitForObject,
  waitForReadyPods,
  waitForServers,
} from "./store.ts";

const MEMBERS = 4;

let cluster: Cluster;
let stack: TestStack;
let images: { a: string; b: string };

const problem = clusterUnavailableReason();

beforeAll(async () => {
  if (problem !== undefined) return;
  ({ cluster, images } = await startStoreCluster(2 * MEMBERS));
  const settings = {
    stack: "kubernetes",
    namespace: NAMESPACE,
    pools: { "2026": { members: MEMBERS } },
    drives: { d1: { size: "1Gi", storageClass: "local" } },
    tls: true,
    image: images.a,
    clients: [{ addresses: "198.18.0.0/15" }],
    dns: [{ addresses: "198.18.0.0/15" }],
  };
  stack = await TestStack.create(await kubernetesStackOptions(cluster, settings));
});

afterAll(async () => {
  stack?.remove();
  await cluster?.stop();
});

beforeEach(({ skip }) => {
  if (problem !== undefined) skip(problem);
});

const clean = async () => {
  expect((await stack.preview()).steps).toEqual([]);
  expect((await stack.preview({ refresh: true })).steps).toEqual([]);
};

/** Opens the bucket at the endpoint in the stack's outputs. */
async function openShop({ trusts = true } = {}): Promise<Bucket> {
  const outputs = (await stack.outputs({ showSecrets: true })) as Record<string, string>;
  const address = await getClusterIp(cluster, "minio");
  const target = { address, ca: trusts ? outputs["caCertificate"] : undefined };
  return openPodBucket(outputs["endpoint"]!, outputs["rootUser"]!, outputs["rootPassword"]!, target);
}

describe("a stack of kind kubernetes, with Pulumi's plugin", () => {
  let shop: Bucket;
  const object = randomBytes(3_000_000);

  test("is deployed with TLS, and a second preview is empty, also after a refresh", async () => {
    await stack.up();
    await clean();
  });

  test("exports the outputs of other stack kinds, except for those of the Swarm", async () => {
    const outputs = await stack.outputs({ showSecrets: true });
    const members = [0, 1, 2, 3].map((number) => `2026-${number}`);
    expect(Object.keys(outputs).toSorted()).toEqual([
      ...["caCertificate", "consoleEndpoints", "endpoint", "endpoints", "metricsEndpoints", "metricsToken"],
      ...["rootPassword", "rootUser", "serviceIds", "subnet", "users"],
    ]);
    expect(outputs).toMatchObject({
      endpoint: `https://minio.${NAMESPACE}.svc:9000`,
      serviceIds: { "2026": `${NAMESPACE}/minio-2026` },
      ...{ subnet: null, metricsToken: null, users: {} },
    });
    expect(Object.keys(outputs["endpoints"] as object)).toEqual(members);
    expect((await stack.outputs())["rootPassword"]).toBe("[secret]");
  });

  test("serves clients that trust its authority", async () => {
    shop = await openShop();
    await waitForServers(cluster, "minio-2026-0", MEMBERS);
    await shop.create();
    await shop.put("first", object);
    await waitForObject(shop, "first", object);
    const stranger = await openShop({ trusts: false });
    await expect(stranger.get("first")).rejects.toThrow(/certificate/);
  });

  test("adds a second pool, and updates the image of all members", async () => {
    stack.config("pools", { "2026": { members: MEMBERS }, "2027": { members: MEMBERS } });
    stack.config("image", images.b);
    await stack.up();
    await waitForReadyPods(cluster, 2 * MEMBERS, ({ spec }) => spec.containers[0]?.image === images.b);
    await waitForObject(shop, "first", object);
    const servers = await waitForServers(cluster, "minio-2027-3", 2 * MEMBERS);
    const drives = servers.flatMap((server) => server.drives);
    expect(drives.map(({ state, pool_index }) => `${pool_index} ${state}`).toSorted()).toEqual([
      ...Array<string>(MEMBERS).fill("0 ok"),
      ...Array<string>(MEMBERS).fill("1 ok"),
    ]);
    await shop.put("second", object);
    await waitForObject(shop, "second", object);
    await clean();
  });

  test("rejects another layout of a formed pool, and changes nothing", async () => {
    stack.config("pools", { "2026": { members: MEMBERS }, "2027": { members: 5 } });
    const { output } = await stack.expectFailure("up");
    expect(output).toContain("pools.2027.members 5: cannot change from 4");
    expect(await listPods(cluster)).toHaveLength(2 * MEMBERS);
  });

  test("keeps its data and namespace on destroy", async () => {
    stack.config("pools", { "2026": { members: MEMBERS }, "2027": { members: MEMBERS } });
    await stack.destroy();
    expect(await listPods(cluster)).toEqual([]);
    const claims = await cluster.api.list(`/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`);
    expect(claims).toHaveLength(2 * MEMBERS);
    for (const { metadata } of claims) expect(metadata["deletionTimestamp"]).toBeUndefined();
  });

  test("uses the existing data after the next up", async () => {
    await stack.up();
    shop = await openShop();
    for (const key of ["first", "second"]) await waitForObject(shop, key, object);
  });
});
