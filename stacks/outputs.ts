import type * as pulumi from "@pulumi/pulumi";
import type { SwarmNode } from "../components/index.ts";

/** What every environment exports, by these names. Maps are keyed by what the user chose. */
export interface StackOutputs {
  /** URL of the S3 API to use. */
  endpoint: pulumi.Output<string>;
  /** URL of the S3 API on each host, by host key. */
  endpoints: pulumi.Output<Record<string, string>>;
  /** URL of the web console on each host, by host key. */
  consoleEndpoints: pulumi.Output<Record<string, string>>;
  /** URL of the metrics for Prometheus on each host, by host key. */
  metricsEndpoints: pulumi.Output<Record<string, string>>;
  /** The bearer token for them; null unless metrics is `token`. Secret. */
  metricsToken: pulumi.Output<string> | null;
  /** Subnet of the network, in CIDR form; empty where it has none of its own. */
  subnet: pulumi.Output<string>;
  subnetGateway: pulumi.Output<string>;
  networkId: pulumi.Output<string>;
  networkName: pulumi.Output<string>;
  swarmId: pulumi.Output<string>;
  /** Each host's node in the Swarm, by host key. */
  nodes: Readonly<Record<string, SwarmNode>>;
  /** Ids of the store's services, by pool key. */
  serviceIds: pulumi.Output<Record<string, string>>;
  rootUser: pulumi.Output<string>;
  /** Secret. */
  rootPassword: pulumi.Output<string>;
  /** The authority that clients are to trust, PEM; null when the store speaks plain HTTP. */
  caCertificate: pulumi.Output<string> | null;
  /** The store's users by name. Secret. */
  users: pulumi.Output<Record<string, { accessKey: string; secretKey: string }>>;
}
