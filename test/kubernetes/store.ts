import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { Bucket } from "../integration/s3.ts";
import type { Manifest } from "./lab/api.ts";
import type { Cluster } from "./lab/cluster.ts";

export const NAMESPACE = "storage";

/** A pod, as far as tests look at it. */
export interface Pod extends Manifest {
  metadata: { name: string; uid: string; creationTimestamp: string };
  spec: { containers: { image: string }[] };
  status: { podIP?: string; conditions?: { type: string; status: string; lastTransitionTime: string }[] };
}

/** A namespace that refuses pods which are not *restricted*, and warns of what would make such pods. */
export function restrictedNamespace(): Manifest {
  const modes = ["enforce", "warn", "audit"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]);
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels: Object.fromEntries(modes) } };
}

/** Folders of the node as volumes: what a claim of the class `local` is bound to. */
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

/** The pods of the store, by name. */
export async function podsOf({ api }: Cluster): Promise<Pod[]> {
  const pods = await api.list<Pod>(`/api/v1/namespaces/${NAMESPACE}/pods`);
  return pods.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}

export function readySince({ status }: Pod): string | undefined {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" ? ready.lastTransitionTime : undefined;
}

/** Waits until so many pods are ready, all of them as wished. */
export async function readyPods(cluster: Cluster, count: number, wished = (_: Pod) => true): Promise<Pod[]> {
  let pods: Pod[] = [];
  const isDone = () => pods.length === count && pods.every((pod) => readySince(pod) !== undefined && wished(pod));
  for (const end = Date.now() + 120_000; ; await pause(200)) {
    pods = await podsOf(cluster);
    if (isDone()) return pods;
    if (Date.now() > end) throw new Error(`pods are not ready: ${JSON.stringify(pods.map(({ status }) => status))}`);
  }
}

/** Waits until the store takes writes, and gives back how many drives of a set a write needs. */
export async function writeQuorum(endpoint: string): Promise<number> {
  for (const end = Date.now() + 60_000; ; await pause(200)) {
    const answer = await fetch(`${endpoint}/minio/health/cluster`).catch((error: unknown) => String(error));
    if (typeof answer !== "string" && answer.ok) return Number(answer.headers.get("x-minio-write-quorum"));
    if (Date.now() > end)
      throw new Error(`the store takes no writes: ${typeof answer === "string" ? answer : answer.status}`);
  }
}

/**
 * Waits until an object reads back equal. Members that have just come up do not know all others yet, and say of what
 * was written while one was away that there is no such object: for a moment, and what is lost stays lost.
 */
export async function readsBack(bucket: Bucket, key: string, object: Buffer): Promise<void> {
  for (const end = Date.now() + 60_000; ; await pause(200)) {
    const read = await bucket.get(key).catch((error: unknown) => error);
    if (read instanceof Buffer && read.equals(object)) return;
    if (Date.now() > end)
      throw new Error(`${key} does not read back: ${read instanceof Error ? read.message : "it differs"}`);
  }
}

/** A bucket behind an address. */
export function bucketAt(endpoint: string, user: string, password: string): Bucket {
  const credentials = { accessKeyId: user, secretAccessKey: password };
  return new Bucket(
    new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials, maxAttempts: 3 }),
    "shop",
  );
}
