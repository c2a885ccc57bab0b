import { type CniPlugin, type CniTransport, DEFAULT_POD_CIDR, DEFAULT_TRANSPORT } from "./args.ts";

/** A plugin that is installed. */
export type InstalledPlugin = Exclude<CniPlugin, "none">;

/** A published chart and its namespace. */
export interface CniChart {
  /** URL of the repository that publishes it. */
  repository: string;
  /** Name of the chart. */
  chart: string;
  /** Exact version. */
  version: string;
  /** Namespace to install it in. */
  namespace: string;
  /** Whether to create the namespace. kube-system already exists. */
  ownsNamespace: boolean;
}

/**
 * The charts with their exact versions. Calico's is the newest 3.31: since 3.32 its chart does not contain its CRDs, which
 * are too large for Helm to install.
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

/** Values of a chart that differ from its defaults. */
export type ChartValues = Record<string, unknown>;

/** Chart values by plugin and transport. All plugins support the first transport. */
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

/** Returns the transports that a plugin supports. */
export function transportsOf(plugin: InstalledPlugin): CniTransport[] {
  return Object.keys(VALUES[plugin]) as CniTransport[];
}

/** Returns the values of a plugin's chart, for valid arguments. */
export function chartValues(
  plugin: InstalledPlugin,
  transport: CniTransport = DEFAULT_TRANSPORT,
  podCidr: string = DEFAULT_POD_CIDR,
): ChartValues {
  return VALUES[plugin][transport]?.(podCidr) ?? {};
}

/** Flannel does not enforce network policies itself: its chart can add kube-network-policies, which is off by default. */
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

/** Prefix length of a node's part of the range. Calico assigns smaller blocks on demand. */
export const NODE_PREFIX = 24;
