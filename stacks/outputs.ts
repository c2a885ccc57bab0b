import type * as pulumi from "@pulumi/pulumi";
import type { SwarmNode } from "../components/index.ts";

/** Outputs of every kind of stack. Maps are keyed by names that the user chose. */
export interface StoreOutputs {
  /** URL of the S3 API to use. */
  endpoint: pulumi.Output<string>;
  /** URL of the S3 API on each host, by host key; on Kubernetes of each member, by `<pool>-<number>`. */
  endpoints: pulumi.Output<Record<string, string>>;
  /** URL of the web console on each host, by host key. */
  consoleEndpoints: pulumi.Output<Record<string, string>>;
  /** URL of the metrics for Prometheus on each host, by host key. */
  metricsEndpoints: pulumi.Output<Record<string, string>>;
  /** Bearer token for the metrics; null unless metrics is `token`. Secret. */
  metricsToken: pulumi.Output<string> | null;
  /** Subnet of the network, in CIDR form; empty if it has none. On Kubernetes, that of the pods, or null if unknown. */
  subnet: pulumi.Output<string> | null;
  /** Ids of the store's services, by pool key; on Kubernetes of its StatefulSets. */
  serviceIds: pulumi.Output<Record<string, string>>;
  rootUser: pulumi.Output<string>;
  /** Secret. */
  rootPassword: pulumi.Output<string>;
  /** Certificate authority that clients must trust, PEM; null without TLS. */
  caCertificate: pulumi.Output<string> | null;
  /** The store's users by name. Secret. */
  users: pulumi.Output<Record<string, { accessKey: string; secretKey: string }>>;
}

/** Outputs of the kinds of stack that have a Swarm. */
export interface SwarmOutputs {
  /** Subnet of the network, in CIDR form. */
  subnet: pulumi.Output<string>;
  subnetGateway: pulumi.Output<string>;
  networkId: pulumi.Output<string>;
  networkName: pulumi.Output<string>;
  swarmId: pulumi.Output<string>;
  /** Each host's node in the Swarm, by host key. */
  nodes: Readonly<Record<string, SwarmNode>>;
}

export type StackOutputs = StoreOutputs & Partial<Omit<SwarmOutputs, keyof StoreOutputs>>;

/** A store, wherever it runs. */
type AnyStore = Pick<
  StoreOutputs,
  "endpoint" | "endpoints" | "consoleEndpoints" | "metricsEndpoints" | "serviceIds" | "rootUser" | "rootPassword"
> & { caCertificate?: pulumi.Output<string> };

/** Returns the outputs that come from the store itself. */
export function toStoreOutputs(store: AnyStore) {
  const { endpoint, endpoints, consoleEndpoints, metricsEndpoints, serviceIds, rootUser, rootPassword } = store;
  // Pulumi warns about undefined outputs in every run.
  const caCertificate = store.caCertificate ?? null;
  return { endpoint, endpoints, consoleEndpoints, metricsEndpoints, serviceIds, rootUser, rootPassword, caCertificate };
}
