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

/** The bucket as the stack's outputs say that it is reached. */
async function openShop({ trusts = true } = {}): Promise<Bucket> {
  const outputs = (await stack.outputs({ showSecrets: true })) as Record<string, string>;
  const address = await getClusterIp(cluster, "minio");
  const reached = { address, ca: trusts ? outputs["caCertificate"] : undefined };
  return openPodBucket(outputs["endpoint"]!, outputs["rootUser"]!, outputs["rootPassword"]!, reached);
}

describe("a stack of kind kubernetes, by the real plugin", () => {
  let shop: Bucket;
  const object = randomBytes(3_000_000);

  test("comes up with TLS, and a second preview is clean, also after a refresh", async () => {
    await stack.up();
    await clean();
  });

  test("exports what the others do, but for what is the Swarm's", async () => {
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

  test("serves who trusts its authority", async () => {
    shop = await openShop();
    await waitForServers(cluster, "minio-2026-0", MEMBERS);
    await shop.create();
    await shop.put("first", object);
    await waitForObject(shop, "first", object);
    const stranger = await openShop({ trusts: false });
    await expect(stranger.get("first")).rejects.toThrow(/certificate/);
  });

  test("grows by a pool beside the first, and another image reaches all members of both", async () => {
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

  test("refuses another shape of a formed pool, and touches nothing", async () => {
    stack.config("pools", { "2026": { members: MEMBERS }, "2027": { members: 5 } });
    const { output } = await stack.expectFailure("up");
    expect(output).toContain("pools.2027.members 5: cannot change from 4");
    expect(await listPods(cluster)).toHaveLength(2 * MEMBERS);
  });

  test("leaves its data when it goes, with the namespace that holds it", async () => {
    stack.config("pools", { "2026": { members: MEMBERS }, "2027": { members: MEMBERS } });
    await stack.destroy();
    expect(await listPods(cluster)).toEqual([]);
    const claims = await cluster.api.list(`/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`);
    expect(claims).toHaveLength(2 * MEMBERS);
    for (const { metadata } of claims) expect(metadata["deletionTimestamp"]).toBeUndefined();
  });

  test("takes its data on when it comes again", async () => {
    await stack.up();
    shop = await openShop();
    for (const key of ["first", "second"]) await waitForObject(shop, key, object);
  });
});
