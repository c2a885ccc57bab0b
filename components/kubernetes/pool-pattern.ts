import { API_PORT } from "../minio/layout/topology.ts";
import type { KubernetesPlan, KubernetesPoolPlan } from "./plan.ts";

/** Path of a drive in its member's container, by its place in the pool from 1: MinIO's patterns count. */
export function numberedDrivePath(place: number | string): string {
  return `/drives/${place}`;
}

/**
 * MinIO's argument for a pool: `http://store-main-{0...3}.store-peers:9000/drives/{1...2}`. MinIO goes through it drive by
 * drive, and for each drive member by member, as `layoutOf` does, and takes the same size for its erasure sets (its
 * cmd/endpoint-ellipses.go). A file of pools, as stores on a Swarm have, MinIO opens in a way that only the file's owner
 * may (O_NOATIME), and what Kubernetes mounts belongs to root.
 */
export function poolPattern({ scheme, serviceName, peers, pools }: KubernetesPlan, pool: KubernetesPoolPlan): string {
  const { key, members, drives } = pool;
  const path = numberedDrivePath(drives.length > 1 ? `{1...${drives.length}}` : 1);
  if (members.length === 1 && pools.length === 1) return path;
  return `${scheme}://${serviceName}-${key}-{0...${members.length - 1}}.${peers}:${API_PORT}${path}`;
}
