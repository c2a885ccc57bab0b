import { type CniPlugin, type CniTransport, DEFAULT_POD_CIDR, DEFAULT_TRANSPORT } from "./args.ts";

/** A plugin that is installed. */
export type InstalledPlugin = Exclude<CniPlugin, "none">;

/** A published chart, and where it is at home in a cluster. */
export interface CniChart {
  /** URL of the repository that publishes it. */
  repository: string;
  /** Its name there. */
  chart: string;
  /** Its exact version. */
  version: string;
  /** The namespace that it is installed in. */
  namespace: string;
  /** Whether the namespace is made with it; kube-system is there already. */
  ownsNamespace: boolean;
}

/**
 * The charts, by their exact versions. Calico's is the newest of 3.31: from 3.32 on its chart comes without the kinds of
 * object that it consists of, and they are too large for Helm to install.
 */
export const CNI_CHARTS: Readonly<Record<InstalledPlugin, CniChart>> = {
  flannel: {
    repository: "https://flannel-io.github.io/flannel/",
    chart: "flannel",
    version: "v0.28.10",
    namespace: "kube-flannel",
    ownsNamespace: true,
  },
  calico: {
    repository: "https://docs.tigera.io/calico/charts",
    chart: "tigera-operator",
    version: "v3.31.7",
    namespace: "tigera-operator",
    ownsNamespace: true,
  },
  cilium: {
    repository: "https://helm.cilium.io/",
    chart: "cilium",
    version: "1.20.2",
    namespace: "kube-system",
    ownsNamespace: false,
  },
};

/** The values of a chart: what is asked of it beyond its own defaults. */
export type ChartValues = Record<string, unknown>;

/** What each plugin can do, and its chart's values for it. The first is the one that all have. */
const VALUES: Readonly<Record<InstalledPlugin, Partial<Record<CniTransport, (podCidr: string) => ChartValues>>>> = {
  flannel: {
    vxlan: (podCidr) => flannel("vxlan", podCidr),
    "host-gw": (podCidr) => flannel("host-gw", podCidr),
    wireguard: (podCidr) => flannel("wireguard", podCidr),
  },
  calico: {
    vxlan: (podCidr) => calico({ bgp: "Disabled", encapsulation: "VXLAN" }, podCidr),
    ipip: (podCidr) => calico({ bgp: "Enabled", encapsulation: "IPIP" }, podCidr),
    bgp: (podCidr) => calico({ bgp: "Enabled", encapsulation: "None" }, podCidr),
  },
  cilium: {
    vxlan: (podCidr) => cilium(podCidr),
    wireguard: (podCidr) => ({ ...cilium(podCidr), encryption: { enabled: true, type: "wireguard" } }),
  },
};

/** The transports of a plugin. */
export function transportsOf(plugin: InstalledPlugin): CniTransport[] {
  return Object.keys(VALUES[plugin]) as CniTransport[];
}

/** The values of a plugin's chart, for arguments in which nothing is wrong. */
export function chartValues(
  plugin: InstalledPlugin,
  transport: CniTransport = DEFAULT_TRANSPORT,
  podCidr: string = DEFAULT_POD_CIDR,
): ChartValues {
  return VALUES[plugin][transport]?.(podCidr) ?? {};
}

/** Flannel leaves policies to others: its chart brings one of the Kubernetes project, which it otherwise leaves out. */
function flannel(backend: string, podCidr: string): ChartValues {
  return { podCidr, flannel: { backend }, netpol: { enabled: true } };
}

function calico({ bgp, encapsulation }: { bgp: string; encapsulation: string }, cidr: string): ChartValues {
  const ipPools = [{ cidr, encapsulation, natOutgoing: "Enabled", nodeSelector: "all()" }];
  return { installation: { cni: { type: "Calico" }, calicoNetwork: { bgp, ipPools } } };
}

function cilium(podCidr: string): ChartValues {
  const operator = { clusterPoolIPv4PodCIDRList: [podCidr], clusterPoolIPv4MaskSize: NODE_PREFIX };
  return { routingMode: "tunnel", tunnelProtocol: "vxlan", ipam: { mode: "cluster-pool", operator } };
}

/** Prefix of the part of the addresses that a node gets. Calico hands out smaller ones as it needs them. */
export const NODE_PREFIX = 24;
