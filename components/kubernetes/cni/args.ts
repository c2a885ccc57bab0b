import type * as pulumi from "@pulumi/pulumi";

/** Who makes the network of a cluster's pods; `none` where somebody else does, as in managed clusters. */
export const CNI_PLUGINS = ["flannel", "calico", "cilium", "none"] as const;
/** One of `CNI_PLUGINS`. */
export type CniPlugin = (typeof CNI_PLUGINS)[number];

/** How what pods send gets from node to node. */
export const CNI_TRANSPORTS = ["vxlan", "host-gw", "wireguard", "ipip", "bgp"] as const;
/** One of `CNI_TRANSPORTS`. */
export type CniTransport = (typeof CNI_TRANSPORTS)[number];

/**
 * @example
 * // Encrypted between the nodes, policies enforced.
 * const cni = new Cni("network", { plugin: "cilium", transport: "wireguard" });
 * new KubernetesMinio("store", args, { dependsOn: cni });
 */
export interface CniArgs {
  /**
   * Who makes the network. It stays for life: a cluster changes it only by moving node after node. `none` leaves the
   * cluster as it is. Weave Net is refused, since it is archived.
   */
  plugin: CniPlugin | "weave";

  /**
   * How what pods send gets from node to node. Each plugin has its own: Flannel `vxlan`, `host-gw` (plain routes, for
   * nodes on one network segment) and `wireguard` (encrypted); Calico `vxlan`, `ipip` and `bgp` (no tunnel: the nodes
   * tell each other their routes, and so may your routers); Cilium `vxlan` and `wireguard` (encrypted). Another one
   * interrupts what goes between nodes until all have it.
   * @default "vxlan"
   */
  transport?: CniTransport;

  /**
   * Addresses of pods, IPv4 in CIDR form, of which each node gets a part. Flannel takes those that the cluster itself
   * was given (`--cluster-cidr`, `kubeadm init --pod-network-cidr`), so it must be the same. It stays for life. With
   * `none` it only becomes the output.
   * @default "10.244.0.0/16"; with `none` not known
   */
  podCidr?: string;

  /**
   * Where the plugin's chart is: a folder, an archive, or an `oci://` address, for clusters that do not reach the
   * published one. What is given must be of the version that `CNI_CHARTS` names.
   * @default - the published chart
   * @example "oci://registry.example.com/charts/cilium"
   */
  chart?: string;

  /**
   * How long an install or an update may take, in seconds.
   * @default 600
   */
  timeoutSeconds?: number;
}

/** What pods get addresses from when nothing is said. */
export const DEFAULT_POD_CIDR = "10.244.0.0/16";
export const DEFAULT_TRANSPORT: CniTransport = "vxlan";

/** A CNI, as what is built on it sees it. */
export interface PodNetwork {
  readonly plugin: CniPlugin;
  /** Addresses of pods in CIDR form; undefined where somebody else's network has not been told. */
  readonly podCidr?: pulumi.Output<string>;
}
