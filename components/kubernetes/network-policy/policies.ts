import type { types } from "@pulumi/kubernetes";
import { storeLabels } from "../plan.ts";
import { API_PORT, CONSOLE_PORT } from "../../minio/layout/topology.ts";
import type { MinioNetworkPolicyArgs, NetworkPeer } from "./args.ts";

type PolicySpec = types.input.networking.v1.NetworkPolicySpec;
type PolicyPeer = types.input.networking.v1.NetworkPolicyPeer;
type PolicyPort = types.input.networking.v1.NetworkPolicyPort;

/** The usual DNS pods of a cluster. */
const CLUSTER_DNS: NetworkPeer[] = [{ namespace: "kube-system", pods: { "k8s-app": "kube-dns" } }];

/** Kubernetes labels every namespace with its name. */
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/** Returns the policies of a store's namespace, by purpose. Kubernetes allows what any of them allows. */
export function minioPolicies(
  serviceName: string,
  { clients = [], consoleClients = [], dns = CLUSTER_DNS }: Omit<MinioNetworkPolicyArgs, "store">,
): Record<string, PolicySpec> {
  const members = { matchLabels: storeLabels(serviceName) };
  const peers = [{ podSelector: members }];
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    dns: egress({}, dns.map(toPolicyPeer), [{ protocol: "UDP", port: 53 }, tcp(53)]),
    peers: {
      podSelector: members,
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: peers, ports: [tcp(API_PORT)] }],
      egress: [{ to: peers, ports: [tcp(API_PORT)] }],
    },
    ...ingressPolicies("clients", members, clients, API_PORT),
    ...ingressPolicies("console", members, consoleClients, CONSOLE_PORT),
  };
}

/**
 * Allows peers to reach a port of the members. Peers in the store's own namespace, which is isolated, also need egress: it
 * is allowed for all pods there, and the ingress rule decides.
 */
function ingressPolicies(
  role: string,
  members: { matchLabels: Record<string, string> },
  from: readonly NetworkPeer[],
  port: number,
): Record<string, PolicySpec> {
  if (from.length === 0) return {};
  const ports = [tcp(port)];
  const inOwnNamespace = from.some((peer) => !("addresses" in peer) && peer.namespace === undefined);
  return {
    [role]: { podSelector: members, policyTypes: ["Ingress"], ingress: [{ from: from.map(toPolicyPeer), ports }] },
    ...(inOwnNamespace && { [`${role}-out`]: egress({}, [{ podSelector: members }], ports) }),
  };
}

/** Omits the rule if there are no peers: an empty list would allow all. */
function egress(podSelector: PolicySpec["podSelector"], to: PolicyPeer[], ports: PolicyPort[]): PolicySpec {
  return { podSelector, policyTypes: ["Egress"], egress: to.length === 0 ? [] : [{ to, ports }] };
}

function toPolicyPeer(peer: NetworkPeer): PolicyPeer {
  if ("addresses" in peer) return { ipBlock: { cidr: peer.addresses } };
  const { namespace, pods } = peer;
  return {
    ...(namespace !== undefined && { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } } }),
    ...(pods !== undefined && { podSelector: { matchLabels: pods } }),
  };
}

function tcp(port: number): PolicyPort {
  return { protocol: "TCP", port };
}
