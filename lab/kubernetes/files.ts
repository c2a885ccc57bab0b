import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority, createServerCertificate } from "../../provider/state/x509.ts";

/** The configuration of a cluster. */
export interface ClusterConfig {
  /** Folder of the cluster's files. */
  folder: string;
  /** Folder of the programs. */
  programs: string;
  /** Path of the program that enforces policies; undefined if they are not enforced. */
  enforcer?: string;
  /** The node's address. */
  address: string;
  hostname: string;
  /** Address ranges of pods and of Services. */
  podRange: string;
  serviceRange: string;
  /** The control group of the pods. */
  cgroup: string;
  /** Reference of the pause image. Its container holds a pod's network namespace. */
  pause: string;
}

/** The access data with which a client connects to the cluster. */
export interface ClusterAccess {
  address: string;
  port: number;
  caCertificate: string;
  /** Token of an administrator. */
  token: string;
}

export const API_SERVER_PORT = 6443;

/** Returns the path of containerd's socket. */
export const containerdSocket = (folder: string) => join(folder, "containerd.sock");

/** Names in the API's certificate. */
const API_NAMES = ["127.0.0.1", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];

/** Writes the files of the cluster, and returns the access data for a client. */
export async function writeFiles(setting: ClusterConfig): Promise<ClusterAccess> {
  const { folder, address } = setting;
  const token = randomBytes(24).toString("hex");
  const period = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 24 * 3_600_000) };
  const authority = await createAuthority("lab", period);
  const server = await createServerCertificate(authority, [address, ...API_NAMES], period);
  const accounts = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const access = { address, port: API_SERVER_PORT, caCertificate: authority.certificate, token };
  for (const name of ["cni", "log", "kubelet", "containerd"]) mkdirSync(join(folder, name), { recursive: true });
  const files: Record<string, string> = {
    "ca.crt": authority.certificate,
    "api.crt": server.certificate,
    "api.key": server.key,
    "accounts.key": accounts.privateKey,
    "accounts.pub": accounts.publicKey,
    tokens: `${token},admin,admin,"system:masters"\n`,
    kubeconfig: JSON.stringify(kubeconfig(access)),
    "kubelet.json": JSON.stringify(kubeletConfig(setting)),
    "cni/10-pods.conflist": JSON.stringify(podNetwork(setting)),
    "containerd.toml": containerdConfig(setting),
    Corefile: corefile(setting),
    "resolv.conf": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return access;
}

function kubeconfig({ address, port, caCertificate, token }: ClusterAccess) {
  const data = Buffer.from(caCertificate).toString("base64");
  const cluster = { server: `https://${address}:${port}`, "certificate-authority-data": data };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "admin" } }],
    "current-context": "lab",
  };
}

function kubeletConfig({ folder, address, cgroup }: ClusterConfig) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroup}`,
    // The tests' machines have control groups of version 1.
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [address],
    clusterDomain: "cluster.local",
    resolvConf: join(folder, "resolv.conf"),
    containerRuntimeEndpoint: `unix://${containerdSocket(folder)}`,
    // Evict no pod, however full this machine's disk is.
    evictionHard: { "memory.available": "0%", "nodefs.available": "0%", "imagefs.available": "0%" },
    imageGCHighThresholdPercent: 100,
    registerNode: true,
  };
}

function podNetwork({ folder, podRange }: ClusterConfig) {
  const ipam = { type: "host-local", dataDir: join(folder, "cni"), ranges: [[{ subnet: podRange }]] };
  const bridge = { type: "bridge", bridge: "pods", isDefaultGateway: true, hairpinMode: true, ipam };
  return { cniVersion: "0.4.0", name: "pods", plugins: [bridge] };
}

function containerdConfig({ folder, programs, pause }: ClusterConfig): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return [
    "version = 2",
    `root = "${join(folder, "containerd")}"`,
    'state = "/run/containerd"',
    'disabled_plugins = ["io.containerd.internal.v1.opt"]',
    "[grpc]",
    `address = "${containerdSocket(folder)}"`,
    `[${cri}]`,
    `sandbox_image = "${pause}"`,
    // Here a process's oom_score_adj may not be lower than its parent's.
    "restrict_oom_score_adj = true",
    `[${cri}.cni]`,
    `bin_dir = "${programs}"`,
    `conf_dir = "${join(folder, "cni")}"`,
    "",
  ].join("\n");
}

function corefile({ folder }: ClusterConfig): string {
  const settings = [
    "errors",
    "ready",
    `kubernetes cluster.local {\n    kubeconfig ${join(folder, "kubeconfig")} lab\n  }`,
  ];
  return `cluster.local:53 {\n  ${settings.join("\n  ")}\n}\n`;
}
