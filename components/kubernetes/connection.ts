import type { core } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { API_PORT } from "../minio/layout/topology.ts";
import type { KubernetesMinioArgs } from "./args.ts";
import type { KubernetesPlan } from "./plan.ts";

/** Returns the URL of the S3 API at the Service for clients. */
export function serviceAddress(
  { scheme, serviceName }: KubernetesPlan,
  namespace: pulumi.Output<string>,
  { expose = false, port = API_PORT }: Pick<KubernetesMinioArgs, "expose" | "port">,
  clients: core.v1.Service,
): pulumi.Output<string> {
  if (!expose) {
    return pulumi
      .all([namespace, clients.urn])
      .apply(([space]) => `${scheme}://${serviceName}.${space}.svc:${API_PORT}`);
  }
  return clients.status.apply((status) => {
    const [balancer] = status?.loadBalancer?.ingress ?? [];
    const host = balancer?.hostname || balancer?.ip;
    // A preview has no address yet; in `up` the provider waits for one.
    return `${scheme}://${host?.includes(":") ? `[${host}]` : (host ?? "")}:${port}`;
  });
}

/** Returns all names of a store for a certificate, the store's name first, the others sorted. */
export function serviceNames(
  { serviceName, peers, pools }: KubernetesPlan,
  namespace: pulumi.Output<string>,
  more: readonly string[],
): pulumi.Output<string[]> {
  const members = pools.flatMap((pool) => pool.members.map(({ name }) => name));
  return namespace.apply((space) => {
    const others = ["localhost", "127.0.0.1", `${serviceName}.${space}`, `${serviceName}.${space}.svc`];
    // The wildcard covers all members.
    const all = new Set([...others, ...members, `*.${peers}.${space}.svc`, ...more]);
    all.delete(serviceName);
    return [serviceName, ...[...all].toSorted()];
  });
}
