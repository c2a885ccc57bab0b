import { isCached } from "./cache.ts";
import { type GoBuild, type GoPrograms, ensureGoPrograms, programsCacheEntry } from "./go.ts";
import { KUBE_ROUTER, KUBERNETES } from "./versions.ts";

/** What a cluster of one's own is made of, but for containerd, which comes with the engine. */
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

/** What has a cluster's node enforce policies: a program of its own, so that a change of it leaves the others as they are. */
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

/** Whether the programs of a cluster are there. */
export function hasKubernetes(): boolean {
  return isCached(programsCacheEntry(CLUSTER)) && isCached(programsCacheEntry(POLICY_ENFORCER));
}

/** The folder with the programs of a cluster, by their names. To build them takes ten minutes and more. */
export function ensureKubernetes(): Promise<string> {
  return ensureGoPrograms(CLUSTER);
}

/** The folder with the program that enforces policies. */
export function ensurePolicyEnforcer(): Promise<string> {
  return ensureGoPrograms(POLICY_ENFORCER);
}
