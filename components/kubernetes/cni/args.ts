import type * as pulumi from "@pulumi/pulumi";

/** CNI plugins for a cluster's pod network; `none` for clusters that have one, such as managed clusters. */
export const CNI_PLUGINS = ["flannel", "calico", "cilium", "none"] as const;
/** One of `CNI_PLUGINS`. */
export type CniPlugin = (typeof CNI_PLUGINS)[number];

/** Transports of pod traffic between nodes. */
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
   * The CNI plugin; `none` installs nothing. Immutable: a cluster can change its plugin only node by node. Weave Net is an
   * error, since it is archived.
   */
  plugin: CniPlugin | "weave";

  /**
   * Transport of pod traffic between nodes. Flannel supports `vxlan`, `host-gw` (plain routes, for nodes on one network
   * segment) and `wireguard` (encrypted); Calico `vxlan`, `ipip` and `bgp` (no tunnel: nodes exchange routes with each
   * other, and optionally with your routers); Cilium `vxlan` and `wireguard` (encrypted). Changing it interrupts traffic
   * between nodes until all nodes use the new one.
   * @default "vxlan"
   */
  transport?: CniTransport;

  /**
   * Address range of pods, an IPv4 CIDR. Each node gets a part of it. For Flannel, it must be the range that the
   * cluster was created with (`--cluster-cidr`, `kubeadm init --pod-network-cidr`). With `none` it only sets the
   * output. Immutable.
   * @default "10.244.0.0/16"; unknown with `none`
   */
  podCidr?: string;

  /**
   * Location of the plugin's chart for clusters without access to the published one: a folder, an archive or an
   * `oci://` address. Its version must be the one in `CNI_CHARTS`.
   * @default - the published chart
   * @example "oci://registry.example.com/charts/cilium"
   */
  chart?: string;

  /**
   * Maximum time for an install or update of the chart, in seconds.
   * @default 600
   */
  timeoutSeconds?: number;
}

/** Default address range of pods. */
export const DEFAULT_POD_CIDR = "10.244.0.0/16";
export const DEFAULT_TRANSPORT: CniTransport = "vxlan";

/** The outputs of a CNI. */
export interface PodNetwork {
  readonly plugin: CniPlugin;
  /** Address range of pods, a CIDR; undefined if plugin is `none` and the range was not given. */
  readonly podCidr?: pulumi.Output<string>;
}
