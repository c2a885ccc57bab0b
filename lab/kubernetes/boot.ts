import { join } from "node:path";
import { API_SERVER_PORT, type ClusterConfig, containerdSocket } from "./files.ts";

/** Until this file exists, only etcd and the API server run. */
export const API_IS_READY = "api-is-ready";

/**
 * Returns the script that a cluster's host runs as its first process. If a program ends, so does the host, so that its
 * caller notices.
 */
export function bootScript(setting: ClusterConfig): string {
  const { folder, hostname, cgroup } = setting;
  return [
    "#!/bin/sh",
    // The first process of a PID namespace receives only signals for which it has a handler.
    "trap 'exit 1' TERM",
    "set -e",
    `hostname ${hostname}`,
    "mount -t tmpfs tmpfs /run",
    "echo 1 > /proc/sys/net/ipv4/ip_forward",
    "for controller in /sys/fs/cgroup/*/; do",
    `  mkdir -p "$controller"${cgroup}`,
    "done",
    // A new cpuset has no processors and no memory until they are set.
    `for part in cpus mems; do cat /sys/fs/cgroup/cpuset/cpuset.$part > /sys/fs/cgroup/cpuset/${cgroup}/cpuset.$part; done`,
    ...apiPrograms(setting).map((program) => startProgram(folder, program)),
    waitFor(`-e ${join(folder, API_IS_READY)}`),
    // The kubelet ends if containerd does not answer its first request.
    startProgram(folder, ["containerd", `--config=${join(folder, "containerd.toml")}`]),
    waitFor(`-S ${containerdSocket(folder)}`),
    ...otherPrograms(setting).map((program) => startProgram(folder, program)),
    "sleep infinity &",
    "wait $!",
    "",
  ].join("\n");
}

/** Waits in the background, because the shell handles signals only between foreground commands. */
function waitFor(condition: string): string {
  return `while [ ! ${condition} ]; do sleep 0.1; done & wait $!`;
}

/** Starts a program in the background; the host ends when it ends. */
function startProgram(folder: string, program: readonly string[]): string {
  const name = program[0]?.split("/").at(-1) ?? "";
  const log = join(folder, "log", name);
  return `(${program.join(" ")} > ${log} 2>&1; echo "${name} ended with code $?"; tail -n 5 ${log}; kill -TERM 1) &`;
}

function apiPrograms({ folder, programs, address, serviceRange }: ClusterConfig): string[][] {
  const file = (name: string) => join(folder, name);
  return [
    [
      join(programs, "etcd"),
      `--data-dir=${file("etcd")}`,
      "--listen-client-urls=http://127.0.0.1:2379",
      "--advertise-client-urls=http://127.0.0.1:2379",
      "--listen-peer-urls=http://127.0.0.1:2380",
      // Durable writes are not needed, because the data does not outlive the host.
      "--unsafe-no-fsync",
    ],
    [
      join(programs, "kube-apiserver"),
      "--etcd-servers=http://127.0.0.1:2379",
      `--bind-address=${address}`,
      `--advertise-address=${address}`,
      `--secure-port=${API_SERVER_PORT}`,
      `--service-cluster-ip-range=${serviceRange}`,
      `--tls-cert-file=${file("api.crt")}`,
      `--tls-private-key-file=${file("api.key")}`,
      `--token-auth-file=${file("tokens")}`,
      "--authorization-mode=RBAC",
      // The charts of CNI plugins need privileged containers.
      "--allow-privileged=true",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${file("accounts.pub")}`,
      `--service-account-signing-key-file=${file("accounts.key")}`,
    ],
  ];
}

function otherPrograms(setting: ClusterConfig): string[][] {
  const { folder, programs, enforcer, address, hostname, podRange, serviceRange } = setting;
  const file = (name: string) => join(folder, name);
  const kubeconfig = `--kubeconfig=${file("kubeconfig")}`;
  return [
    [
      join(programs, "kube-controller-manager"),
      kubeconfig,
      "--leader-elect=false",
      `--service-account-private-key-file=${file("accounts.key")}`,
      `--root-ca-file=${file("ca.crt")}`,
    ],
    [join(programs, "kube-scheduler"), kubeconfig, "--leader-elect=false"],
    [
      join(programs, "kubelet"),
      kubeconfig,
      `--config=${file("kubelet.json")}`,
      `--root-dir=${file("kubelet")}`,
      `--cert-dir=${file("kubelet/pki")}`,
      `--hostname-override=${hostname}`,
      `--node-ip=${address}`,
    ],
    [
      join(programs, "kube-proxy"),
      kubeconfig,
      "--proxy-mode=iptables",
      `--cluster-cidr=${podRange}`,
      `--hostname-override=${hostname}`,
      // Keep this machine's conntrack limits.
      ...["--conntrack-max-per-core=0", "--conntrack-min=0"],
      ...["--conntrack-tcp-timeout-established=0s", "--conntrack-tcp-timeout-close-wait=0s"],
    ],
    [join(programs, "dns"), "-conf", file("Corefile")],
    ...(enforcer === undefined ? [] : [[enforcer, file("kubeconfig"), hostname, serviceRange]]),
  ];
}
