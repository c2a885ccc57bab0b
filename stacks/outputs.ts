import type * as pulumi from "@pulumi/pulumi";
import type { SwarmNode } from "../components/index.ts";

/** What every environment exports, by these names. Maps are keyed by what the user chose. */
export interface StoreOutputs {
  /** URL of the S3 API to use. */
  endpoint: pulumi.Output<string>;
  /** URL of the S3 API on each host, by host key; on Kubernetes at each member, by `<pool>-<number>`. */
  endpoints: pulumi.Output<Record<string, string>>;
  /** URL of the web console on each host, by host key. */
  consoleEndpoints: pulumi.Output<Record<string, string>>;
  /** URL of the metrics for Prometheus on each host, by host key. */
  metricsEndpoints: pulumi.Output<Record<string, string>>;
  /** The bearer token for them; null unless metrics is `token`. Secret. */
  metricsToken: pulumi.Output<string> | null;
  /** Subnet of the network, in CIDR form; empty where it has none; on Kubernetes of the pods, null where nobody told it. */
  subnet: pulumi.Output<string> | null;
  /** Ids of the store's services, by pool key; on Kubernetes of its StatefulSets. */
  serviceIds: pulumi.Output<Record<string, string>>;
  rootUser: pulumi.Output<string>;
  /** Secret. */
  rootPassword: pulumi.Output<string>;
  /** The authority that clients are to trust, PEM; null when the store speaks plain HTTP. */
  caCertificate: pulumi.Output<string> | null;
  /** The store's users by name. Secret. */
  users: pulumi.Output<Record<string, { accessKey: string; secretKey: string }>>;
}

/** What only an environment of a Swarm has. */
export interface SwarmOutputs {
  /** That of the network. */
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

/** The outputs that a store has by itself, wherever it runs. */
export function toStoreOutputs(store: AnyStore) {
  const { endpoint, endpoints, consoleEndpoints, metricsEndpoints, serviceIds, rootUser, rootPassword } = store;
  // Of an output that is undefined Pulumi would warn in every run.
  const caCertificate = store.caCertificate ?? null;
  return { endpoint, endpoints, consoleEndpoints, metricsEndpoints, serviceIds, rootUser, rootPassword, caCertificate };
}
