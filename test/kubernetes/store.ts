import { mkdirSync } from "node:fs";
import { Agent } from "node:https";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { expect, vi } from "vitest";
import { prepareMinioImage } from "../../toolchain/minio-image.ts";
import { Bucket } from "../integration/s3.ts";
import type { Manifest } from "../../lab/kubernetes/api.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../../lab/kubernetes/cluster.ts";

export const NAMESPACE = "storage";

/** The fields of a pod that tests use. */
export interface Pod extends Manifest {
  metadata: { name: string; uid: string; creationTimestamp: string };
  spec: { containers: { image: string }[] };
  status: { podIP?: string; conditions?: { type: string; status: string; lastTransitionTime: string }[] };
}

/** Returns a namespace that rejects pods which violate the *restricted* standard, and warns of workloads that would. */
export function restrictedNamespace(): Manifest {
  const modes = ["enforce", "warn", "audit"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]);
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels: Object.fromEntries(modes) } };
}

/** Returns folders of the node as volumes of the storage class `local`. */
export function localVolumes({ folder, hostname }: Cluster, count: number): Manifest[] {
  const volumes = Array.from({ length: count }, (_, index) => {
    const path = join(folder, "volumes", String(index));
    mkdirSync(path, { recursive: true });
    const term = { key: "kubernetes.io/hostname", operator: "In", values: [hostname] };
    return {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `volume-${index}` },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "local",
        local: { path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [term] }] } },
      },
    };
  });
  const binding = { provisioner: "kubernetes.io/no-provisioner", volumeBindingMode: "WaitForFirstConsumer" };
  const storageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "local" },
    ...binding,
  };
  return [storageClass, ...volumes];
}

/** Lists the pods of a namespace, sorted by name. */
export async function listPods({ api }: Cluster, namespace = NAMESPACE): Promise<Pod[]> {
  const pods = await api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
  return pods.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}

/** Lists the events of an object in the store's namespace with that reason. */
export function listEvents(
  { api }: Cluster,
  reason: string,
  name: string,
): Promise<(Manifest & { lastTimestamp: string })[]> {
  return api.list(`/api/v1/namespaces/${NAMESPACE}/events?fieldSelector=reason=${reason},involvedObject.name=${name}`);
}

export function getReadyTime({ status }: Pod): string | undefined {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" ? ready.lastTransitionTime : undefined;
}

/** Waits until exactly that many pods exist, and all are ready and match the condition. */
export async function waitForReadyPods(
  cluster: Cluster,
  count: number,
  matches = (_: Pod) => true,
  namespace = NAMESPACE,
): Promise<Pod[]> {
  let pods: Pod[] = [];
  const isDone = () => pods.length === count && pods.every((pod) => getReadyTime(pod) !== undefined && matches(pod));
  for (const end = Date.now() + 120_000; ; await pause(200)) {
    pods = await listPods(cluster, namespace);
    if (isDone()) return pods;
    if (Date.now() > end) throw new Error(`pods are not ready: ${JSON.stringify(pods.map(({ status }) => status))}`);
  }
}

/** Waits until the store accepts writes, and returns the write quorum of an erasure set. */
export async function waitForWriteQuorum(endpoint: string): Promise<number> {
  for (const end = Date.now() + 60_000; ; await pause(200)) {
    const answer = await fetch(`${endpoint}/minio/health/cluster`).catch((error: unknown) => String(error));
    if (typeof answer !== "string" && answer.ok) return Number(answer.headers.get("x-minio-write-quorum"));
    if (Date.now() > end)
      throw new Error(`the store accepts no writes: ${typeof answer === "string" ? answer : answer.status}`);
  }
}

/** A member in the store's report. */
export interface Server {
  state: string;
  drives: { state: string; pool_index: number; set_index: number }[];
}

/** Waits until a pod reports all members as online; a ready pod may still be starting. */
export function waitForServers(cluster: Cluster, pod: string, count: number): Promise<Server[]> {
  return vi.waitFor(
    async () => {
      const output = await cluster.exec(pod, "minio", "mc", "admin", "info", "local", "--json");
      // A member that is still starting reports none.
      const { servers = [] } = (JSON.parse(output) as { info?: { servers?: Server[] } }).info ?? {};
      expect(servers.map(({ state }) => state)).toEqual(Array(count).fill("online"));
      return servers;
    },
    { timeout: 60_000, interval: 200 },
  );
}

/**
 * Waits until an object reads back equal. Members that have just started are not connected to all others yet, and may
 * report an object that was written while a member was down as missing for a moment.
 */
export async function waitForObject(bucket: Bucket, key: string, object: Buffer): Promise<void> {
  for (const end = Date.now() + 60_000; ; await pause(200)) {
    const read = await bucket.get(key).catch((error: unknown) => error);
    if (read instanceof Buffer && read.equals(object)) return;
    if (Date.now() > end)
      throw new Error(`${key} does not read back: ${read instanceof Error ? read.message : "it differs"}`);
  }
}

/** The address of a cluster-internal host name, and the authority of its certificate. */
export interface NameTarget {
  address: string;
  ca?: string;
}

/** Opens the bucket `shop` behind an endpoint. */
export function openPodBucket(endpoint: string, user: string, password: string, reached?: NameTarget): Bucket {
  const credentials = { accessKeyId: user, secretAccessKey: password };
  const common = { endpoint, region: "us-east-1", forcePathStyle: true, credentials, maxAttempts: 3 };
  const tls = reached && { requestHandler: { httpsAgent: agentFor(reached) } };
  return new Bucket(new S3Client({ ...common, ...tls }), "shop");
}

function agentFor({ address, ca }: NameTarget): Agent {
  const lookup: LookupFunction = (_hostname, { all }, callback) =>
    all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4);
  return new Agent({ lookup, ca });
}

/** Starts a cluster with volumes for a store and two variants of MinIO's image. */
export async function startStoreCluster(volumes: number, options: ClusterOptions = {}) {
  const cluster = await startCluster(options);
  const load = async (variant: string) => {
    const image = await prepareMinioImage({ variant });
    return cluster.load(image.name, image.pack());
  };
  for (const object of localVolumes(cluster, volumes)) await cluster.api.apply(object);
  return { cluster, images: { a: await load("a"), b: await load("b") } };
}

/** Returns the cluster IP of a Service in the store's namespace. */
export async function getClusterIp({ api }: Cluster, name: string): Promise<string> {
  const object = { apiVersion: "v1", kind: "Service", metadata: { name, namespace: NAMESPACE } };
  return (await api.read<{ spec: { clusterIP: string } }>(object)).spec.clusterIP;
}
