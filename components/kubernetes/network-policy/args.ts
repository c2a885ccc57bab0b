import type * as pulumi from "@pulumi/pulumi";

/** Who may open connections: pods of the cluster, or addresses outside of it. */
export type NetworkPeer = PodPeer | AddressPeer;

/** Pods: all of a namespace, those with certain labels, or both. */
export interface PodPeer {
  /**
   * Name of their namespace.
   * @default - that of the store
   */
  namespace?: string;
  /**
   * Labels that they have.
   * @default - all pods of the namespace, which is then to be named
   */
  pods?: Record<string, string>;
}

/** Addresses from outside of the cluster, as the store's node sees them. */
export interface AddressPeer {
  /** @example "10.1.0.0/16" */
  addresses: string;
}

/** The store that policies are for; a `KubernetesMinio` is one. */
export interface PolicyTarget {
  /** The namespace that it is in. */
  readonly namespace: pulumi.Output<string>;
  /** Its name in the namespace. */
  readonly serviceName: string;
}

/**
 * @example
 * // Pods of one namespace use the store, those of another its console; nobody else does.
 * new MinioNetworkPolicy("store", {
 *   store,
 *   clients: [{ namespace: "shop" }, { pods: { app: "backup" } }],
 *   consoleClients: [{ namespace: "operations", pods: { app: "proxy" } }],
 * });
 */
export interface MinioNetworkPolicyArgs {
  /** The store. All other pods of its namespace are closed as well, to what comes in and to what goes out. */
  store: PolicyTarget;

  /**
   * Who reaches the S3 API, and the metrics with it.
   * @default - nobody but the members themselves
   */
  clients?: NetworkPeer[];

  /**
   * Who reaches the console.
   * @default - nobody
   */
  consoleClients?: NetworkPeer[];

  /**
   * Who answers DNS, for all pods of the namespace.
   * @default - the pods with the label `k8s-app: kube-dns` in the namespace `kube-system`
   */
  dns?: NetworkPeer[];
}
