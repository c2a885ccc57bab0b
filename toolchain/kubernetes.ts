import { isCached } from "./cache.ts";
import { type GoBuild, type GoPrograms, ensureGoPrograms, programsCacheEntry } from "./go.ts";
import { KUBE_ROUTER, KUBERNETES } from "./versions.ts";

/** The programs of a Kubernetes cluster, without containerd, which comes with the engine. */
const CLUSTER = {
  name: "kubernetes",
  version: KUBERNETES,
  programs: {
    "kube-apiserver": kubernetesProgram("kube-apiserver"),
    "kube-controller-manager": kubernetesProgram("kube-controller-manager"),
    "kube-scheduler": kubernetesProgram("kube-scheduler"),
    "kube-proxy": kubernetesProgram("kube-proxy"),
    kubelet: kubernetesProgram("kubelet"),
    etcd: nodeProgram("go.etcd.io/etcd/server/v3"),
    dns: nodeProgram("./dns"),
    pause: nodeProgram("./pause"),
    bridge: nodeProgram("github.com/containernetworking/plugins/plugins/main/bridge"),
    loopback: nodeProgram("github.com/containernetworking/plugins/plugins/main/loopback"),
    "host-local": nodeProgram("github.com/containernetworking/plugins/plugins/ipam/host-local"),
  },
} satisfies GoPrograms;

/** The program that enforces network policies: a separate cache entry, so that changing it rebuilds nothing else. */
const POLICY_ENFORCER = {
  name: "network-policies",
  version: KUBE_ROUTER,
  programs: { "network-policies": { module: "network-policies", package: "." } },
} satisfies GoPrograms;

function kubernetesProgram(name: string): GoBuild {
  const variables = { "k8s.io/component-base/version.gitVersion": `v${KUBERNETES}` };
  return { module: "kubernetes", package: `k8s.io/kubernetes/cmd/${name}`, variables };
}

function nodeProgram(name: string): GoBuild {
  return { module: "kubernetes-node", package: name };
}

/** Returns whether the programs of a cluster are prepared. */
export function hasKubernetes(): boolean {
  return isCached(programsCacheEntry(CLUSTER)) && isCached(programsCacheEntry(POLICY_ENFORCER));
}

/** Returns the folder with the programs of a cluster. Building them takes more than ten minutes. */
export function ensureKubernetes(): Promise<string> {
  return ensureGoPrograms(CLUSTER);
}

/** Returns the folder with the program that enforces network policies. */
export function ensurePolicyEnforcer(): Promise<string> {
  return ensureGoPrograms(POLICY_ENFORCER);
}
