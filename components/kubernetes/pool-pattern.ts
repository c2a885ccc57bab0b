import { API_PORT } from "../minio/layout/topology.ts";
import type { KubernetesPlan, KubernetesPoolPlan } from "./plan.ts";

/** Returns a drive's path in its member's container, by its number from 1, as MinIO's patterns need. */
export function numberedDrivePath(place: number | string): string {
  return `/drives/${place}`;
}

/**
 * Returns MinIO's argument for a pool: `http://store-main-{0...3}.store-peers:9000/drives/{1...2}`. MinIO expands it drive
 * by drive, and for each drive member by member, as `poolLayout` does, with the same erasure set size (its
 * cmd/endpoint-ellipses.go). A file of pools, as on a Swarm, does not work: MinIO opens it with O_NOATIME, which only its
 * owner may do, and files that Kubernetes mounts belong to root.
 */
export function poolPattern({ scheme, serviceName, peers, pools }: KubernetesPlan, pool: KubernetesPoolPlan): string {
  const { key, members, drives } = pool;
  const path = numberedDrivePath(drives.length > 1 ? `{1...${drives.length}}` : 1);
  if (members.length === 1 && pools.length === 1) return path;
  return `${scheme}://${serviceName}-${key}-{0...${members.length - 1}}.${peers}:${API_PORT}${path}`;
}
