import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { KubernetesMinio } from "../../components/kubernetes/kubernetes-minio.ts";
import { MinioNetworkPolicy } from "../../components/kubernetes/network-policy/minio-network-policy.ts";
import type { Manifest } from "../../lab/kubernetes/api.ts";
import {
  type Cluster,
  IDLE_IMAGE,
  clusterUnavailableReason,
  policyEnforcementUnavailableReason,
} from "../../lab/kubernetes/cluster.ts";
import { renderManifests } from "./manifests.ts";
import { startStoreCluster, getClusterIp, NAMESPACE, waitForReadyPods, restrictedNamespace } from "./store.ts";

const MEMBERS = 2;

let cluster: Cluster;
let declared: Manifest[];
/** Addresses by their names in the table below. */
let addresses: Record<string, string>;

const problem = clusterUnavailableReason() ?? policyEnforcementUnavailableReason();

/** Pods that connect, in addition to the members: name, namespace, labels. */
const CALLERS = [
  ["shop", NAMESPACE, { app: "shop" }],
  ["stranger", NAMESPACE, { app: "stranger" }],
  ["proxy", "operations", { app: "proxy" }],
  ["operator", "operations", { app: "other" }],
] as const;

function idlePod([name, namespace, labels]: (typeof CALLERS)[number]): Manifest {
  const securityContext = {
    ...{ runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false },
    ...{ capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
  };
  const containers = [{ name: "idle", image: IDLE_IMAGE, securityContext }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels }, spec: { containers } };
}

beforeAll(async () => {
  if (problem !== undefined) return;
  const { cluster: started, images } = await startStoreCluster(MEMBERS, { enforcesPolicies: true });
  cluster = started;
  declared = await renderManifests(() => {
    const store = new KubernetesMinio("store", {
      namespace: NAMESPACE,
      pools: { main: { members: MEMBERS } },
      drives: { d1: { size: "1Gi", storageClass: "local" } },
      image: images.a,
    });
    new MinioNetworkPolicy("store", {
      store,
      clients: [{ pods: { app: "shop" } }],
      consoleClients: [{ namespace: "operations", pods: { app: "proxy" } }],
      dns: [{ addresses: "198.18.0.0/15" }],
    });
  });
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "operations" } };
  const others = [restrictedNamespace(), namespace, ...CALLERS.map(idlePod)];
  const store = declared.filter(({ kind }) => kind !== "NetworkPolicy");
  for (const object of [...others, ...store]) await cluster.api.apply(object);
  for (const [, space] of CALLERS)
    await waitForReadyPods(cluster, { storage: MEMBERS + 2, operations: 2 }[space], undefined, space);
  const pods = await waitForReadyPods(cluster, MEMBERS + 2);
  addresses = {
    member: pods.find(({ metadata }) => metadata.name === "store-main-0")!.status.podIP!,
    service: await getClusterIp(cluster, "store"),
    system: cluster.address,
  };
});

afterAll(async () => cluster?.stop());

beforeEach(({ skip }) => {
  if (problem !== undefined) skip(problem);
});

const SYSTEM_PORT = 6443;

/** Whether a pod may connect to a target and port. Without policies all connections are allowed. */
const TABLE: [string, "member" | "service" | "system", number, boolean][] = [
  ["store-main-1", "member", 9000, true],
  ["store-main-1", "member", 9001, false],
  ["store-main-1", "system", SYSTEM_PORT, false],
  ["shop", "member", 9000, true],
  ["shop", "service", 9000, true],
  ["shop", "member", 9001, false],
  ["shop", "system", SYSTEM_PORT, false],
  ["stranger", "member", 9000, false],
  ["stranger", "service", 9000, false],
  ["stranger", "system", SYSTEM_PORT, false],
  ["proxy", "member", 9001, true],
  ["proxy", "member", 9000, false],
  ["proxy", "system", SYSTEM_PORT, true],
  ["operator", "member", 9001, false],
  ["operator", "member", 9000, false],
];

async function testConnections(): Promise<string[]> {
  const answers: string[] = [];
  for (const [from, to, port] of TABLE) {
    answers.push(`${from} ${to}:${port} ${await cluster.connects(from, addresses[to]!, port)}`);
  }
  return answers;
}

describe("network policies on a real node", () => {
  test("are needed: without them all pods reach everything", async () => {
    const wanted = TABLE.map(([from, to, port]) => `${from} ${to}:${port} true`);
    await expect.poll(testConnections, { timeout: 180_000, interval: 1_000 }).toEqual(wanted);
  });

  test("allow only the named clients", async () => {
    for (const object of declared.filter(({ kind }) => kind === "NetworkPolicy")) await cluster.api.apply(object);
    const wanted = TABLE.map(([from, to, port, allowed]) => `${from} ${to}:${port} ${allowed}`);
    await expect.poll(testConnections, { timeout: 180_000, interval: 1_000 }).toEqual(wanted);
  });
});
