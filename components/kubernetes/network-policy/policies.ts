import type { types } from "@pulumi/kubernetes";
import { storeLabels } from "../plan.ts";
import { API_PORT, CONSOLE_PORT } from "../../minio/layout/topology.ts";
import type { MinioNetworkPolicyArgs, NetworkPeer } from "./args.ts";

type PolicySpec = types.input.networking.v1.NetworkPolicySpec;
type PolicyPeer = types.input.networking.v1.NetworkPolicyPeer;
type PolicyPort = types.input.networking.v1.NetworkPolicyPort;

/** Where clusters have their DNS. */
const CLUSTER_DNS: NetworkPeer[] = [{ namespace: "kube-system", pods: { "k8s-app": "kube-dns" } }];

/** Every namespace has its own name as this label. */
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/** The policies of a store's namespace, by what they are for. Kubernetes allows what any of them allows. */
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
 * Callers reach a port of the members. Those in the store's own namespace have to be let out as well: there all may go
 * to the members, which let in whom they are to.
 */
function ingressPolicies(
  role: string,
  members: { matchLabels: Record<string, string> },
  from: readonly NetworkPeer[],
  port: number,
): Record<string, PolicySpec> {
  if (from.length === 0) return {};
  const ports = [tcp(port)];
  const areOwn = from.some((caller) => !("addresses" in caller) && caller.namespace === undefined);
  return {
    [role]: { podSelector: members, policyTypes: ["Ingress"], ingress: [{ from: from.map(toPolicyPeer), ports }] },
    ...(areOwn && { [`${role}-out`]: egress({}, [{ podSelector: members }], ports) }),
  };
}

/** An empty list of peers would mean everybody: there is no rule then. */
function egress(podSelector: PolicySpec["podSelector"], to: PolicyPeer[], ports: PolicyPort[]): PolicySpec {
  return { podSelector, policyTypes: ["Egress"], egress: to.length === 0 ? [] : [{ to, ports }] };
}

function toPolicyPeer(caller: NetworkPeer): PolicyPeer {
  if ("addresses" in caller) return { ipBlock: { cidr: caller.addresses } };
  const { namespace, pods } = caller;
  return {
    ...(namespace !== undefined && { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } } }),
    ...(pods !== undefined && { podSelector: { matchLabels: pods } }),
  };
}

function tcp(port: number): PolicyPort {
  return { protocol: "TCP", port };
}
