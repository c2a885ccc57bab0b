export {
  type KubernetesDrive,
  KubernetesMinio,
  type KubernetesMinioArgs,
  type KubernetesPool,
} from "./kubernetes-minio.ts";
export {
  Cni,
  CNI_CHARTS,
  CNI_PLUGINS,
  CNI_TRANSPORTS,
  type CniArgs,
  type CniChart,
  type CniPlugin,
  type CniTransport,
  type InstalledPlugin,
} from "./cni/cni.ts";
export {
  type AddressPeer,
  type PolicyTarget,
  MinioNetworkPolicy,
  type MinioNetworkPolicyArgs,
  type NetworkPeer,
  type PodPeer,
} from "./network-policy/minio-network-policy.ts";
