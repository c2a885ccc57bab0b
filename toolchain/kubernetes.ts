import { hasPiece } from "./cache.ts";
import { type GoBuild, type GoPrograms, obtainPrograms, programsPiece } from "./go.ts";
import { KUBE_ROUTER, KUBERNETES } from "./versions.ts";

/** What a cluster of one's own is made of, but for containerd, which comes with the engine. */
const CLUSTER = {
  name: "kubernetes",
  version: KUBERNETES,
  programs: {
    "kube-apiserver": component("kube-apiserver"),
    "kube-controller-manager": component("kube-controller-manager"),
    "kube-scheduler": component("kube-scheduler"),
    "kube-proxy": component("kube-proxy"),
    kubelet: component("kubelet"),
    etcd: part("go.etcd.io/etcd/server/v3"),
    dns: part("./dns"),
    pause: part("./pause"),
    bridge: part("github.com/containernetworking/plugins/plugins/main/bridge"),
    loopback: part("github.com/containernetworking/plugins/plugins/main/loopback"),
    "host-local": part("github.com/containernetworking/plugins/plugins/ipam/host-local"),
  },
} satisfies GoPrograms;

/** What has a cluster's node enforce policies: a program of its own, so that a change of it leaves the others as they are. */
const POLICIES = {
  name: "network-policies",
  version: KUBE_ROUTER,
  programs: { "network-policies": { module: "network-policies", package: "." } },
} satisfies GoPrograms;

function component(name: string): GoBuild {
  const variables = { "k8s.io/component-base/version.gitVersion": `v${KUBERNETES}` };
  return { module: "kubernetes", package: `k8s.io/kubernetes/cmd/${name}`, variables };
}

function part(name: string): GoBuild {
  return { module: "kubernetes-node", package: name };
}

/** Whether the programs of a cluster are there. */
export function hasKubernetes(): boolean {
  return hasPiece(programsPiece(CLUSTER)) && hasPiece(programsPiece(POLICIES));
}

/** The folder with the programs of a cluster, by their names. To build them takes ten minutes and more. */
export function obtainKubernetes(): Promise<string> {
  return obtainPrograms(CLUSTER);
}

/** The folder with the program that enforces policies. */
export function obtainPolicies(): Promise<string> {
  return obtainPrograms(POLICIES);
}
