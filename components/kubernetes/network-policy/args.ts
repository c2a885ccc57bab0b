import type * as pulumi from "@pulumi/pulumi";

/** Source or destination of connections: pods of the cluster, or addresses outside of it. */
export type NetworkPeer = PodPeer | AddressPeer;

/** Pods of a namespace, pods with certain labels, or both combined. */
export interface PodPeer {
  /**
   * Name of the pods' namespace.
   * @default - the store's namespace
   */
  namespace?: string;
  /**
   * Labels that the pods must have.
   * @default - all pods of `namespace`, which is then required
   */
  pods?: Record<string, string>;
}

/** Addresses outside of the cluster, as seen by the store's nodes. */
export interface AddressPeer {
  /**
   * Address range, a CIDR.
   * @example "10.1.0.0/16"
   */
  addresses: string;
}

/** The store that the policies apply to, such as a `KubernetesMinio`. */
export interface PolicyTarget {
  /** Namespace of the store. */
  readonly namespace: pulumi.Output<string>;
  /** Name of the store in its namespace. */
  readonly serviceName: string;
}

/**
 * @example
 * // Only pods of one namespace can use the store, and only one pod of another its console.
 * new MinioNetworkPolicy("store", {
 *   store,
 *   clients: [{ namespace: "shop" }, { pods: { app: "backup" } }],
 *   consoleClients: [{ namespace: "operations", pods: { app: "proxy" } }],
 * });
 */
export interface MinioNetworkPolicyArgs {
  /** The store. Other pods of its namespace are isolated as well, for incoming and outgoing connections. */
  store: PolicyTarget;

  /**
   * Clients of the S3 API and its metrics.
   * @default - only the members themselves
   */
  clients?: NetworkPeer[];

  /**
   * Clients of the console.
   * @default - none
   */
  consoleClients?: NetworkPeer[];

  /**
   * DNS servers for all pods of the namespace.
   * @default - the pods with the label `k8s-app: kube-dns` in the namespace `kube-system`
   */
  dns?: NetworkPeer[];
}
